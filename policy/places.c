/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "policy/address.h"
#include "policy/envelope.h"
#include "policy/keep.h"
#include "milter/base/banned.h"

struct places {
	char **domains;
	size_t domains_count;
	struct network *networks;
	size_t networks_count;
};

enum { DOMAIN_SIZE = 256 };

static int
add_domain(struct places *p, const char *item, struct reason *why)
{
	char domain[DOMAIN_SIZE];
	bool below = item[0] == '.';

	domain[0] = '.';
	if (item[below] == '\0' ||
	    address_fold(domain + below, sizeof domain - below, item + below) !=
		0)
		return reason_set(why, "own_domains: \"%s\" is no domain",
		    item);
	p->domains =
	    keep_more(p->domains, p->domains_count, sizeof *p->domains);
	p->domains[p->domains_count++] = keep_printable(domain, sizeof domain);
	return 0;
}

static int
add_network(struct places *p, const char *item, struct reason *why)
{
	struct network n;

	if (network_parse(&n, item, why) != 0)
		return reason_prefix(why, "own_networks");
	p->networks =
	    keep_more(p->networks, p->networks_count, sizeof *p->networks);
	p->networks[p->networks_count++] = n;
	return 0;
}

static int
read_places(struct places *p, const struct conf *conf, struct reason *why)
{
	for (size_t i = 0; i < conf->own_domains.count; i++)
		if (add_domain(p, conf->own_domains.items[i], why) != 0)
			return -1;
	for (size_t i = 0; i < conf->own_networks.count; i++)
		if (add_network(p, conf->own_networks.items[i], why) != 0)
			return -1;
	return 0;
}

struct places *
places_new(const struct conf *conf, struct reason *why)
{
	struct places *p = keep_room(sizeof *p);

	if (read_places(p, conf, why) != 0)
		places_free(&p);
	return p;
}

void
places_free(struct places **p)
{
	if (*p == NULL)
		return;
	for (size_t i = 0; i < (*p)->domains_count; i++)
		free((*p)->domains[i]);
	free((*p)->domains);
	free((*p)->networks);
	free(*p);
	*p = NULL;
}

char *const *
places_domains(const struct places *p, size_t *count)
{
	*count = p->domains_count;
	return p->domains;
}

bool
places_own_domain(const struct places *p, const char *domain)
{
	for (size_t i = 0; i < p->domains_count; i++)
		if (address_below(domain, p->domains[i]))
			return true;
	return false;
}

bool
places_own_network(const struct places *p, const char *ip)
{
	for (size_t i = 0; i < p->networks_count; i++)
		if (network_has(&p->networks[i], ip))
			return true;
	return false;
}
