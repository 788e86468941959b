/* SPDX-License-Identifier: ISC */
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "certs/algorithms.h"
#include "certs/certificate.h"
#include "certs/measure.h"
#include "milter/base/banned.h"

/* Both are few and short; a list that is full would be a bug, and says so. */
static void
add_once(char list[SEAL_TEXT], const char *name)
{
	size_t len = strlen(list);

	if (strstr(list, name) == NULL)
		snprintf(list + len, SEAL_TEXT - len, "%s%s",
		    len > 0 ? ", " : "", name);
}

void
measure_key(struct seal_used *used, const char *scheme, const char *digest)
{
	char name[96];

	snprintf(name, sizeof name, "%s%s%s", scheme, digest ? " " : "",
	    digest ? digest : "");
	add_once(used->keys, name);
	used->monitored |= algorithm_monitored(scheme);
}

/* RFC 8017, A.2.1: without parameters it is SHA-1. */
static const char *
oaep_digest(const X509_ALGOR *algorithm)
{
	RSA_OAEP_PARAMS *p =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_OAEP_PARAMS),
		algorithm->parameter);
	const char *name = "SHA1";

	if (p != NULL && p->hashFunc != NULL)
		name = OBJ_nid2sn(OBJ_obj2nid(p->hashFunc->algorithm));
	RSA_OAEP_PARAMS_free(p);
	return name;
}

static void
transport(struct seal_used *used, const X509_ALGOR *algorithm)
{
	int number = OBJ_obj2nid(algorithm->algorithm);

	if (number == NID_rsaEncryption)
		measure_key(used, "RSAES-PKCS1-v1_5", NULL);
	else if (number == NID_rsaesOaep)
		measure_key(used, "RSAES-OAEP", oaep_digest(algorithm));
	else
		measure_key(used, OBJ_nid2sn(number), NULL);
}

static void
agreement(struct seal_used *used, const X509_ALGOR *algorithm)
{
	int number = OBJ_obj2nid(algorithm->algorithm);

	if (number == NID_dhSinglePass_stdDH_sha256kdf_scheme)
		measure_key(used, "ECDH", "SHA256");
	else
		measure_key(used, OBJ_nid2sn(number), NULL);
}

void
measure_recipients(struct seal_used *used, CMS_ContentInfo *cms)
{
	STACK_OF(CMS_RecipientInfo) *all = CMS_get0_RecipientInfos(cms);

	for (int i = 0; i < sk_CMS_RecipientInfo_num(all); i++) {
		CMS_RecipientInfo *to = sk_CMS_RecipientInfo_value(all, i);
		X509_ALGOR *algorithm;
		ASN1_OCTET_STRING *unused;
		EVP_PKEY *key;
		X509 *cert;

		if (CMS_RecipientInfo_type(to) == CMS_RECIPINFO_TRANS &&
		    CMS_RecipientInfo_ktri_get0_algs(to, &key, &cert,
			&algorithm) == 1)
			transport(used, algorithm);
		else if (CMS_RecipientInfo_type(to) == CMS_RECIPINFO_AGREE &&
			 CMS_RecipientInfo_kari_get0_alg(to, &algorithm,
			     &unused) == 1)
			agreement(used, algorithm);
	}
}

static const char *
scheme_of(int number)
{
	int key = NID_undef;

	if (number == NID_rsassaPss)
		return "RSASSA-PSS";
	if (number == NID_rsaEncryption ||
	    (OBJ_find_sigid_algs(number, NULL, &key) == 1 &&
		key == NID_rsaEncryption))
		return "RSASSA-PKCS1-v1_5";
	if (key == NID_X9_62_id_ecPublicKey)
		return "ECDSA";
	return OBJ_nid2sn(number);
}

void
measure_signature(struct seal_used *used, CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
	X509_ALGOR *digest, *scheme;
	X509 *cert = NULL;

	if (sk_CMS_SignerInfo_num(all) == 1) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(all, 0);

		CMS_SignerInfo_get0_algs(info, NULL, &cert, &digest, &scheme);
		snprintf(used->signature, sizeof used->signature, "%s %s",
		    scheme_of(OBJ_obj2nid(scheme->algorithm)),
		    OBJ_nid2sn(OBJ_obj2nid(digest->algorithm)));
		if (cert != NULL)
			certificate_id(cert, used->signer);
	}
}
