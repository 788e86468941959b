/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "certs/enveloped.h"
#include "milter/base/count.h"
#include "milter/base/banned.h"

enum {
	RECIPIENTS = 1024,
	RECIPIENT = 4096 /* bytes for one: a name and a key; no room for text */
};

/* Over the floor of domain.md 2.6; block: of a mode that fills the last. */
struct cipher {
	int nid;
	size_t block;
	const char *name;
};

struct enveloped {
	CMS_ContentInfo *cms; /* without the content */
	ASN1_OCTET_STRING *content;
	const struct cipher *cipher;
};

static const struct cipher *
cipher_of(const X509_ALGOR *algorithm)
{
	static const struct cipher ciphers[] = {
		{ NID_aes_128_cbc, 16, "AES-128-CBC" },
		{ NID_aes_192_cbc, 16, "AES-192-CBC" },
		{ NID_aes_256_cbc, 16, "AES-256-CBC" },
		{ NID_camellia_128_cbc, 16, "CAMELLIA-128-CBC" },
		{ NID_camellia_192_cbc, 16, "CAMELLIA-192-CBC" },
		{ NID_camellia_256_cbc, 16, "CAMELLIA-256-CBC" },
		{ NID_aes_128_gcm, 1, "AES-128-GCM" },
		{ NID_aes_192_gcm, 1, "AES-192-GCM" },
		{ NID_aes_256_gcm, 1, "AES-256-GCM" },
		{ NID_aes_128_ccm, 1, "AES-128-CCM" },
		{ NID_aes_192_ccm, 1, "AES-192-CCM" },
		{ NID_aes_256_ccm, 1, "AES-256-CCM" },
	};
	int nid =
	    algorithm == NULL ? NID_undef : OBJ_obj2nid(algorithm->algorithm);

	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (ciphers[i].nid == nid)
			return &ciphers[i];
	return NULL;
}

/* Takes the next element off *in, which must have this tag. */
static bool
take(struct span *in, int class, int tag, struct span *inside)
{
	const unsigned char *p = in->at;
	long len;
	int seen_tag, seen_class;

	/* Bit 0: without length; bit 7: wrong. */
	if (in->len == 0 ||
	    (ASN1_get_object(&p, &len, &seen_tag, &seen_class, (long)in->len) &
		0x81) != 0 ||
	    seen_tag != tag || seen_class != class)
		return false;
	*inside = (struct span){ p, (size_t)len };
	*in = span_from(*in, (size_t)(p - in->at) + (size_t)len);
	return true;
}

static bool
take_plain(struct span *in, int tag, struct span *inside)
{
	return take(in, V_ASN1_UNIVERSAL, tag, inside);
}

/* The algorithm of an EncryptedContentInfo whose content is a MIME entity. */
static const struct cipher *
read_content_info(struct span info)
{
	const unsigned char *p = info.at;
	const struct cipher *cipher;
	struct span ignored;
	ASN1_OBJECT *type;
	X509_ALGOR *a;
	int nid;

	type = d2i_ASN1_OBJECT(NULL, &p, (long)info.len);
	nid = OBJ_obj2nid(type);
	ASN1_OBJECT_free(type);
	if (nid != NID_pkcs7_data ||
	    !take_plain(&info, V_ASN1_OBJECT, &ignored))
		return NULL;
	p = info.at;
	a = d2i_X509_ALGOR(NULL, &p, (long)info.len);
	cipher = cipher_of(a);
	X509_ALGOR_free(a);
	if (!take_plain(&info, V_ASN1_SEQUENCE, &ignored) ||
	    !take(&info, V_ASN1_CONTEXT_SPECIFIC, 0, &ignored) || info.len > 0)
		return NULL;
	return cipher;
}

/* OpenSSL gives no access to the algorithm, nor to the attributes beside the
 * content, which are in clear: so the frame is walked. */
static const struct cipher *
read_frame(struct span der, bool authenticated)
{
	struct span object, content, data, info, ignored;
	const struct cipher *cipher;

	if (!take_plain(&der, V_ASN1_SEQUENCE, &object) ||
	    !take_plain(&object, V_ASN1_OBJECT, &ignored) ||
	    !take(&object, V_ASN1_CONTEXT_SPECIFIC, 0, &content) ||
	    !take_plain(&content, V_ASN1_SEQUENCE, &data) ||
	    !take_plain(&data, V_ASN1_INTEGER, &ignored) ||
	    !take_plain(&data, V_ASN1_SET, &ignored) ||
	    !take_plain(&data, V_ASN1_SEQUENCE, &info))
		return NULL;
	cipher = read_content_info(info);
	if (authenticated &&
	    (!take_plain(&data, V_ASN1_OCTET_STRING, &ignored) ||
		ignored.len < 12))
		return NULL;
	return data.len == 0 ? cipher : NULL;
}

/* Certificates only, and not too many of them. */
static bool
are_certificates(CMS_ContentInfo *cms)
{
	const STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);
	int count = sk_CMS_RecipientInfo_num(all);

	for (int i = 0; i < count && count <= RECIPIENTS; i++) {
		int type =
		    CMS_RecipientInfo_type(sk_CMS_RecipientInfo_value(all, i));

		if (type != CMS_RECIPINFO_TRANS && type != CMS_RECIPINFO_AGREE)
			return false;
	}
	return count > 0 && count <= RECIPIENTS;
}

/* Takes the content out of cms: what is left of it is small. */
static bool
take_content(struct enveloped *e)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(e->cms);

	if (content == NULL || *content == NULL)
		return false;
	e->content = *content;
	*content = ASN1_OCTET_STRING_new();
	return *content != NULL && ASN1_STRING_length(e->content) > 0;
}

static bool
read_cms(struct enveloped *e, struct span der)
{
	const unsigned char *p = der.at;
	unsigned char *frame = NULL;
	int type, len;

	if (der.len > INT_MAX)
		return false;
	e->cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	if (e->cms == NULL || p != der.at + der.len)
		return false;
	type = OBJ_obj2nid(CMS_get0_type(e->cms));
	if ((type != NID_pkcs7_enveloped &&
		type != NID_id_smime_ct_authEnvelopedData) ||
	    !are_certificates(e->cms) || !take_content(e))
		return false;
	len = i2d_CMS_ContentInfo(e->cms, &frame);
	if (len > 0 && len <= RECIPIENT * sk_CMS_RecipientInfo_num(
					      CMS_get0_RecipientInfos(e->cms)))
		e->cipher = read_frame((struct span){ frame, (size_t)len },
		    type == NID_id_smime_ct_authEnvelopedData);
	OPENSSL_free(frame);
	return e->cipher != NULL &&
	       (size_t)ASN1_STRING_length(e->content) % e->cipher->block == 0;
}

struct enveloped *
enveloped_read(struct span der)
{
	struct enveloped *e = calloc(1, sizeof *e);

	if (e != NULL && !read_cms(e, der))
		enveloped_free(&e);
	ERR_clear_error();
	return e;
}

const char *
enveloped_algorithm(const struct enveloped *e)
{
	return e->cipher->name;
}

struct span
enveloped_content(const struct enveloped *e)
{
	return (struct span){ ASN1_STRING_get0_data(e->content),
		(size_t)ASN1_STRING_length(e->content) };
}

/* A key agreement may be for several. */
static bool
agreed_for(CMS_RecipientInfo *to, X509 *cert)
{
	STACK_OF(CMS_RecipientEncryptedKey) *keys =
	    CMS_RecipientInfo_kari_get0_reks(to);

	for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++)
		if (CMS_RecipientEncryptedKey_cert_cmp(
			sk_CMS_RecipientEncryptedKey_value(keys, i), cert) == 0)
			return true;
	return false;
}

bool
enveloped_for(const struct enveloped *e, X509 *cert)
{
	STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(e->cms);

	for (int i = 0; i < sk_CMS_RecipientInfo_num(all); i++) {
		CMS_RecipientInfo *to = sk_CMS_RecipientInfo_value(all, i);

		if (CMS_RecipientInfo_type(to) == CMS_RECIPINFO_TRANS
			? CMS_RecipientInfo_ktri_cert_cmp(to, cert) == 0
			: agreed_for(to, cert))
			return true;
	}
	return false;
}

void
enveloped_free(struct enveloped **e)
{
	if (*e == NULL)
		return;
	ASN1_OCTET_STRING_free((*e)->content);
	CMS_ContentInfo_free((*e)->cms);
	free(*e);
	*e = NULL;
}
