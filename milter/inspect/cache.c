/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <sys/mman.h>

#include "milter/inspect/cache.h"
#include "milter/base/banned.h"

/*
 * A row of places shares the low bits of its hashes. No locks: two children
 * that write one place at the same time leave a mixture of two hashes, which
 * is the hash of nothing (finding such bytes is a preimage attack), so the
 * worst is a part that is scanned again.
 */
enum { ROW = 4 };

struct row {
	uint8_t hashes[ROW][HASH_BYTES];
	uint32_t next; /* the place written last, plus one */
};

/* Written by cache_make() alone, before the fork; the rows are shared. */
static struct row *rows;
static size_t rows_count;

static void
forget(void)
{
	if (rows != NULL)
		munmap(rows, rows_count * sizeof *rows);
	rows = NULL;
	rows_count = 0;
}

int
cache_make(const struct conf *conf, struct reason *why)
{
	size_t count = ((size_t)conf->clean_cache + ROW - 1) / ROW;
	void *memory;

	forget();
	if (count == 0)
		return 0;
	memory = mmap(NULL, count * sizeof *rows, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return reason_errno(why, "memory for clean_cache %lld",
		    (long long)conf->clean_cache);
	rows = memory;
	rows_count = count;
	return 0;
}

static struct row *
row_of(const uint8_t *sha256)
{
	uint64_t n;

	memcpy(&n, sha256, sizeof n);
	return &rows[n % rows_count];
}

bool
cache_has(const uint8_t sha256[HASH_BYTES])
{
	const struct row *r;

	if (rows == NULL)
		return false;
	r = row_of(sha256);
	for (size_t i = 0; i < ROW; i++)
		if (memcmp(r->hashes[i], sha256, HASH_BYTES) == 0)
			return true;
	return false;
}

void
cache_add(const uint8_t sha256[HASH_BYTES])
{
	struct row *r;

	if (rows == NULL)
		return;
	r = row_of(sha256);
	memcpy(r->hashes[r->next++ % ROW], sha256, HASH_BYTES);
}
