/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certs/verify_smime.h"
#include "milter/base/text.h"
#include "milter/base/banned.h"

enum {
	DETACHED_MOST = 1 << 20, /* bytes of a signature alone */
	CERTIFICATES_MOST = 32,
	DEPTH_MOST = 8,
	LEVEL = 2, /* of OpenSSL: 112 bits, RSA of 2,048 */
	BITS_LEAST = 112
};

static bool
is_pem(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 4 && strcmp(name + len - 4, ".pem") == 0;
}

X509_STORE *
verify_authorities(const char *certs_dir, struct reason *why)
{
	X509_STORE *to = X509_STORE_new();
	const struct dirent *entry;
	char path[4096];
	DIR *dir;

	snprintf(path, sizeof path, "%s/ca", certs_dir);
	dir = opendir(path);
	while (to != NULL && dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!is_pem(entry->d_name))
			continue;
		snprintf(path, sizeof path, "%s/ca/%s", certs_dir,
		    entry->d_name);
		if (X509_STORE_load_file(to, path) == 1)
			continue;
		reason_set(why, "%s cannot be read", path);
		X509_STORE_free(to);
		to = NULL;
	}
	if (dir != NULL)
		closedir(dir);
	return to;
}

static CMS_ContentInfo *
parse(const struct signed_mail *m, struct verified *v)
{
	const unsigned char *at = m->signature.at;
	CMS_ContentInfo *cms;

	if (m->form == SIGNED_SMIME && m->signature.len > DETACHED_MOST) {
		verified_is(v, VERIFIED_UNCHECKED,
		    "the signature is over %d bytes", DETACHED_MOST);
		return NULL;
	}
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)m->signature.len);
	if (cms == NULL)
		verified_is(v, VERIFIED_UNCLEAR, "the signature is not CMS");
	else if (at != m->signature.at + m->signature.len)
		verified_is(v, VERIFIED_UNCLEAR,
		    "something stands behind the signature");
	return cms;
}

/* One reading only: of mail, by one signer, with its content where the
 * message says that it is. */
static bool
is_plain(CMS_ContentInfo *cms, const struct signed_mail *m, struct verified *v)
{
	STACK_OF(CMS_SignerInfo) * signers;
	STACK_OF(X509) * certs;
	int count;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
	    OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data) {
		verified_is(v, VERIFIED_UNCLEAR, "it is not signed mail");
		return false;
	}
	signers = CMS_get0_SignerInfos(cms);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		verified_is(v, VERIFIED_UNCLEAR, "it has %d signers",
		    sk_CMS_SignerInfo_num(signers));
	if ((CMS_is_detached(cms) == 1) != (m->form == SIGNED_SMIME))
		verified_is(v, VERIFIED_UNCLEAR,
		    "the signature's own content is not what readers show");
	certs = CMS_get1_certs(cms);
	count = sk_X509_num(certs);
	sk_X509_pop_free(certs, X509_free);
	if (count > CERTIFICATES_MOST)
		verified_is(v, VERIFIED_UNCHECKED, "over %d certificates",
		    CERTIFICATES_MOST);
	return sk_CMS_SignerInfo_num(signers) == 1 &&
	       v->state < VERIFIED_UNCHECKED;
}

/* What OpenSSL does not know says nothing of the content. */
static void
not_verified(struct verified *v)
{
	const char *first = ERR_reason_error_string(ERR_peek_error());
	enum verified_state state = VERIFIED_UNCHECKED;
	unsigned long error;

	while ((error = ERR_get_error()) != 0)
		if (ERR_GET_LIB(error) == ERR_LIB_CMS &&
		    ERR_GET_REASON(error) == CMS_R_VERIFICATION_FAILURE)
			state = VERIFIED_BAD;
	verified_is(v, state, "%s", first != NULL ? first : "not verified");
}

/* Is the content what was signed, whoever the signer is? A signature
 * without its certificate may be by the one that the store has. */
static X509 *
verify_content(CMS_ContentInfo *cms, const struct signed_mail *m, X509 *kept,
    BIO *out, struct verified *v)
{
	STACK_OF(X509) *others = sk_X509_new_null(), *signers;
	BIO *in = NULL;
	X509 *signer = NULL;
	int good;

	if (m->form == SIGNED_SMIME)
		in = BIO_new_mem_buf(m->content.at, (int)m->content.len);
	if (kept != NULL)
		sk_X509_push(others, kept);
	good = CMS_verify(cms, others, NULL, in, out,
	    CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY);
	signers = CMS_get0_signers(cms);
	if (sk_X509_num(signers) == 1)
		signer = sk_X509_value(signers, 0);
	if (signer == NULL)
		verified_is(v, VERIFIED_UNCHECKED,
		    "the signer's certificate did not come along");
	else if (good != 1)
		not_verified(v);
	ERR_clear_error();
	sk_X509_free(signers);
	sk_X509_free(others);
	BIO_free(in);
	return signer;
}

/* The author's address if the certificate has it, else its first. */
static void
name_signer(X509 *signer, const char *from, struct verified *v)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_email(signer);
	bool same = false;

	for (int i = 0; i < sk_OPENSSL_STRING_num(all) && !same; i++) {
		const char *address = sk_OPENSSL_STRING_value(all, i);

		same = strcasecmp(address, from) == 0;
		if (same || i == 0)
			text_printable(v->signer, sizeof v->signer, address,
			    strlen(address));
	}
	X509_email_free(all);
	if (!same)
		verified_is(v, VERIFIED_OTHER,
		    "the certificate is not for the author, %s", from);
}

static void
describe(CMS_ContentInfo *cms, X509 *signer, struct verified *v)
{
	CMS_SignerInfo *info =
	    sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	EVP_PKEY *key = X509_get0_pubkey(signer);
	int digest = NID_undef, bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
	const char *name = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);
	X509_ALGOR *algorithm;
	char issuer[100];

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &algorithm, NULL);
	digest = OBJ_obj2nid(algorithm->algorithm);
	X509_NAME_oneline(X509_get_issuer_name(signer), issuer, sizeof issuer);
	snprintf(v->how, sizeof v->how, "%s of %d bits, %s, issued by %.99s",
	    name == NULL ? "unknown key" : name, bits,
	    digest == NID_undef ? "unknown digest" : OBJ_nid2sn(digest),
	    issuer);
	if (digest == NID_sha1 || digest == NID_md5 || digest == NID_md4)
		verified_is(v, VERIFIED_WEAK, "signed with %s",
		    OBJ_nid2sn(digest));
	if (key == NULL || EVP_PKEY_get_security_bits(key) < BITS_LEAST)
		verified_is(v, VERIFIED_WEAK, "the key is weak");
}

static void
state_of(int error, struct verified *v)
{
	const char *text = X509_verify_cert_error_string(error);

	switch (error) {
	case X509_V_OK:
		return;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_REVOKED:
		verified_is(v, VERIFIED_EXPIRED, "%s", text);
		return;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		verified_is(v, VERIFIED_WEAK, "%s", text);
		return;
	default:
		verified_is(v, VERIFIED_UNKNOWN, "%s", text);
	}
}

/* A certificate that the operator put under the address is vouched for; that
 * it is still valid was checked when it was read from there. */
static void
check_kept(X509 *signer, struct verified *v)
{
	if (X509_check_purpose(signer, X509_PURPOSE_SMIME_SIGN, 0) != 1)
		verified_is(v, VERIFIED_UNKNOWN,
		    "the certificate is not for signing mail");
}

static void
check_chain(CMS_ContentInfo *cms, X509 *signer, X509_STORE *authorities,
    struct verified *v)
{
	STACK_OF(X509) *between = CMS_get1_certs(cms);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *bounds;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, authorities, signer, between) != 1)
		verified_is(v, VERIFIED_UNCHECKED, "no memory");
	else {
		bounds = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_depth(bounds, DEPTH_MOST);
		X509_VERIFY_PARAM_set_auth_level(bounds, LEVEL);
		X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SMIME_SIGN);
		if (X509_verify_cert(ctx) != 1)
			state_of(X509_STORE_CTX_get_error(ctx), v);
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(between, X509_free);
}

static void
verify(CMS_ContentInfo *cms, const struct signed_mail *m, struct store *store,
    X509_STORE *authorities, BIO *out, struct verified *v)
{
	struct reason none;
	X509 *kept = store_certificate(store, m->from, &none);
	X509 *signer = verify_content(cms, m, kept, out, v);

	if (signer != NULL) {
		name_signer(signer, m->from, v);
		describe(cms, signer, v);
		if (kept != NULL && X509_cmp(kept, signer) == 0)
			check_kept(signer, v);
		else
			check_chain(cms, signer, authorities, v);
	}
	X509_free(kept);
}

void
verify_smime(const struct signed_mail *m, struct store *store,
    X509_STORE *authorities, struct verified *v, struct span *entity)
{
	CMS_ContentInfo *cms = parse(m, v);
	BIO *out =
	    BIO_new(m->form == SIGNED_SMIME ? BIO_s_null() : BIO_s_mem());
	char *inside;
	long len;

	*entity = m->content;
	if (cms != NULL && is_plain(cms, m, v)) {
		verify(cms, m, store, authorities, out, v);
		if (m->form == SIGNED_SMIME_INSIDE) {
			len = BIO_get_mem_data(out, &inside);
			entity->at = (unsigned char *)arena_copy(m->arena,
			    inside, (size_t)len);
			entity->len = (size_t)len;
		}
	}
	CMS_ContentInfo_free(cms);
	BIO_free(out);
	ERR_clear_error();
}
