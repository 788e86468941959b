/* SPDX-License-Identifier: ISC */
#include <clamav.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/base/text.h"
#include "milter/inspect/engine.h"
#include "milter/base/banned.h"

/* libclamav refuses a larger file limit (it keeps sizes in an int). */
static const int64_t FILE_MOST = 2147483645;

/* Written once by engine_load(), before the scan server forks. */
static struct cl_engine *engine;
static struct engine_info info;
static char complaint[256];

/*
 * libclamav writes to standard error, with names out of the mail. What it says
 * while it loads is worth keeping for the reason; the rest is dropped.
 */
static void
listen_to(enum cl_msg severity, const char *full, const char *text,
    void *context)
{
	(void)full;
	(void)context;
	if (severity >= CL_MSG_WARN && complaint[0] == '\0')
		text_printable(complaint, sizeof complaint, text,
		    strcspn(text, "\n"));
}

static int
refuse(struct reason *why, const char *what, cl_error_t error)
{
	return reason_set(why, "%s: %s%s%s", what, cl_strerror(error),
	    complaint[0] == '\0' ? "" : ": ", complaint);
}

/* The context of one scan: what the archive walkers tell of the members. */
struct scan {
	struct seen *seen;
	bool encrypted;
	bool too_large;
	unsigned long limit;
};

/*
 * libclamav skips an archive's member over the limit without a word, even with
 * CL_SCAN_HEURISTIC_EXCEEDS_MAX (Emotet, 2023: a document blown up to 550 MB).
 * Its walkers do tell the size that the archive states, also the 0xffffffff
 * of a zip64 header that libclamav 1.4 does not follow.
 */
static cl_error_t
see_member(const char *type, unsigned long container, const char *name,
    unsigned long size, int encrypted, unsigned int position, void *context)
{
	struct scan *s = context;

	(void)type;
	(void)container;
	(void)name;
	(void)position;
	if (s == NULL)
		return CL_CLEAN;
	s->encrypted |= encrypted != 0;
	s->too_large |= size > s->limit;
	return CL_CLEAN;
}

/* Called for everything that is about to be scanned, the file itself first. */
static cl_error_t
see_inside(int fd, const char *type, const char **ancestors, size_t outside,
    const char *name, size_t size, const char *bytes, uint32_t depth,
    uint32_t attributes, void *context)
{
	struct scan *s = context;
	uint8_t sha256[HASH_BYTES];

	(void)fd, (void)type, (void)ancestors, (void)outside, (void)name;
	if (s == NULL || s->seen == NULL || depth == 0 || bytes == NULL ||
	    (attributes & LAYER_ATTRIBUTES_NORMALIZED) != 0)
		return CL_CLEAN;
	hash_bytes(bytes, size, sha256);
	seen_add(s->seen, sha256);
	return CL_CLEAN;
}

/*
 * Limits that are reported when exceeded follow the settings. Those that are
 * not (a file is then scanned raw, without that normalisation) are as large as
 * a message can be.
 */
static int
set_limits(struct cl_engine *e, const struct conf *conf, struct reason *why)
{
	int64_t file =
	    conf->scan_decoded < FILE_MOST ? conf->scan_decoded : FILE_MOST;
	const struct {
		enum cl_engine_field field;
		int64_t value;
	} limits[] = {
		{ CL_ENGINE_MAX_SCANSIZE, conf->scan_decoded },
		{ CL_ENGINE_MAX_FILESIZE, file },
		{ CL_ENGINE_MAX_RECURSION, conf->scan_depth },
		{ CL_ENGINE_MAX_FILES, 10000 },
		/* Before the server ends the child: then it is a named limit. */
		{ CL_ENGINE_MAX_SCANTIME, conf->scan_time * 750 },
		{ CL_ENGINE_MAX_EMBEDDEDPE, conf->message_size },
		{ CL_ENGINE_MAX_HTMLNORMALIZE, conf->message_size },
		{ CL_ENGINE_MAX_HTMLNOTAGS, conf->message_size },
		{ CL_ENGINE_MAX_SCRIPTNORMALIZE, conf->message_size },
		{ CL_ENGINE_PCRE_MAX_FILESIZE, conf->message_size },
		{ CL_ENGINE_DISABLE_CACHE, 1 },
		{ CL_ENGINE_DISABLE_PE_STATS, 1 },
		/* A compiler at run time needs pages that are writable and
		 * executable, which the sandbox forbids. */
		{ CL_ENGINE_BYTECODE_MODE, CL_BYTECODE_MODE_INTERPRETER },
	};

	for (size_t i = 0; i < COUNT(limits); i++) {
		cl_error_t error = cl_engine_set_num(e, limits[i].field,
		    (long long)limits[i].value);

		if (error != CL_SUCCESS)
			return refuse(why, "a limit of libclamav", error);
	}
	return 0;
}

static bool
is_database(const char *name)
{
	static const char *const endings[] = { "cvd", "cld", "cud", "cbc",
		"cdb", "db", "hdb", "hsb", "hdu", "hsu", "idb", "ldb", "ldu",
		"mdb", "mdu", "msb", "msu", "ndb", "ndu", "yar", "yara" };
	const char *dot = strrchr(name, '.');

	return dot != NULL && text_in(dot + 1, endings, COUNT(endings));
}

/* Is there a database in the folder? A folder that is not there has none. */
static bool
has_databases(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	bool found = false;

	if (d == NULL)
		return false;
	while (!found && (entry = readdir(d)) != NULL)
		found = is_database(entry->d_name);
	closedir(d);
	return found;
}

/*
 * Loads one folder. The URL databases stay out: they serve libclamav's own
 * reading of links, which is off (our link inspector knows our domains).
 */
static int
load_folder(struct cl_engine *e, const char *folder, unsigned int *count,
    struct reason *why)
{
	unsigned int before = *count;
	cl_error_t error = cl_load(folder, e, count,
	    CL_DB_STDOPT & ~(unsigned int)CL_DB_PHISHING_URLS);

	if (error != CL_SUCCESS)
		return refuse(why, folder, error);
	if (*count == before)
		return reason_set(why,
		    "%s: the databases hold no signature, update them", folder);
	return 0;
}

static int
load_all(struct cl_engine *e, const struct conf *conf, struct engine_info *in,
    struct reason *why)
{
	unsigned int count = 0;

	in->reduced = !has_databases(conf->signature_dir) ||
		      strcmp(conf->signature_dir, conf->own_signature_dir) == 0;
	if (!in->reduced &&
	    load_folder(e, conf->signature_dir, &count, why) == -1)
		return -1;
	if (load_folder(e, conf->own_signature_dir, &count, why) == -1)
		return -1;
	in->signatures = count;
	return 0;
}

/* Debian's epoch for a database that says nothing of its time is 0 too. */
static void
describe(const struct cl_engine *e, struct engine_info *in)
{
	int error;

	snprintf(in->version, sizeof in->version, "ClamAV %s/%lld", cl_retver(),
	    cl_engine_get_num(e, CL_ENGINE_DB_VERSION, &error));
	in->db_time = cl_engine_get_num(e, CL_ENGINE_DB_TIME, &error);
	if (in->db_time < 0)
		in->db_time = 0;
}

/* In two halves, so that no scanner takes this program for the test file. */
static int
find_canary(struct reason *why)
{
	static const char eicar[] = "X5O!P%@AP[4\\PZX54(P^)7CC)7}"
				    "$EICAR-STANDARD"
				    "-ANTIVIRUS-TEST-FILE!$H+H*";
	const struct engine_ask ask = {
		.bytes = (const unsigned char *)eicar,
		.len = sizeof eicar - 1,
	};
	char name[128];
	enum engine_result result = engine_scan(&ask, name, sizeof name);

	if (result == ENGINE_FOUND)
		return 0;
	return reason_set(why, "the signatures do not find EICAR: install "
			       "sekimori's own ones again (own_signature_dir)");
}

static int
build(struct cl_engine *e, const struct conf *conf, struct engine_info *in,
    struct reason *why)
{
	cl_error_t error;

	if (set_limits(e, conf, why) == -1 || load_all(e, conf, in, why) == -1)
		return -1;
	cl_engine_set_clcb_meta(e, see_member);
	cl_engine_set_clcb_file_inspection(e, see_inside);
	describe(e, in);
	error = cl_engine_compile(e);
	if (error != CL_SUCCESS)
		return refuse(why, "compiling the signatures", error);
	return 0;
}

int
engine_load(const struct conf *conf, struct reason *why)
{
	cl_error_t error = cl_init(CL_INIT_DEFAULT);
	struct engine_info in = { .version = "" };

	if (error != CL_SUCCESS)
		return refuse(why, "libclamav", error);
	complaint[0] = '\0';
	cl_set_clcb_msg(listen_to);
	engine_unload();
	engine = cl_engine_new();
	if (engine == NULL)
		return reason_set(why, "libclamav: no memory for an engine");
	if (build(engine, conf, &in, why) == -1 || find_canary(why) == -1) {
		engine_unload();
		return -1;
	}
	info = in;
	return 0;
}

void
engine_unload(void)
{
	if (engine != NULL)
		cl_engine_free(engine);
	engine = NULL;
}

const struct engine_info *
engine_info(void)
{
	return &info;
}

static enum engine_result
judge_name(const char *name)
{
	static const struct {
		const char *prefix;
		enum engine_result result;
	} kinds[] = {
		{ "Heuristics.Limits.Exceeded", ENGINE_LIMIT },
		{ "Heuristics.Encrypted.", ENGINE_ENCRYPTED },
		{ "Heuristics.", ENGINE_HEURISTIC },
	};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strncmp(name, kinds[i].prefix, strlen(kinds[i].prefix)) ==
		    0)
			return kinds[i].result;
	return ENGINE_FOUND;
}

static enum engine_result
judge_clean(const struct scan *s, char *name, size_t size)
{
	if (s->too_large) {
		snprintf(name, size, "a member is over %lu bytes", s->limit);
		return ENGINE_LIMIT;
	}
	if (s->encrypted) {
		snprintf(name, size, "an encrypted member");
		return ENGINE_ENCRYPTED;
	}
	return ENGINE_CLEAN;
}

/* What libclamav answered. A file over MAX_FILESIZE is CL_VIRUS with an empty
 * or no name. */
static enum engine_result
judge(cl_error_t error, const char *virus, const struct scan *s, char *name,
    size_t size)
{
	name[0] = '\0';
	switch (error) {
	case CL_CLEAN:
		return judge_clean(s, name, size);
	case CL_VIRUS:
		if (virus == NULL || virus[0] == '\0') {
			snprintf(name, size, "a size limit");
			return ENGINE_LIMIT;
		}
		snprintf(name, size, "%s", virus);
		return judge_name(virus);
	case CL_EMAXREC:
	case CL_EMAXSIZE:
	case CL_EMAXFILES:
	case CL_ETIMEOUT:
		snprintf(name, size, "%s", cl_strerror(error));
		return ENGINE_LIMIT;
	default:
		snprintf(name, size, "%s", cl_strerror(error));
		return ENGINE_ERROR;
	}
}

/* Without CL_SCAN_GENERAL_HEURISTIC_PRECEDENCE a signature wins over a
 * heuristic, whichever comes first. */
static const struct cl_scan_options all_readers = {
	.general = CL_SCAN_GENERAL_HEURISTICS,
	.parse = CL_SCAN_PARSE_ARCHIVE | CL_SCAN_PARSE_ELF | CL_SCAN_PARSE_PDF |
		 CL_SCAN_PARSE_SWF | CL_SCAN_PARSE_HWP3 |
		 CL_SCAN_PARSE_XMLDOCS | CL_SCAN_PARSE_MAIL |
		 CL_SCAN_PARSE_OLE2 | CL_SCAN_PARSE_HTML | CL_SCAN_PARSE_PE |
		 CL_SCAN_PARSE_ONENOTE | CL_SCAN_PARSE_IMAGE |
		 CL_SCAN_PARSE_IMAGE_FUZZY_HASH,
	.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX |
		     CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
		     CL_SCAN_HEURISTIC_ENCRYPTED_DOC |
		     CL_SCAN_HEURISTIC_PARTITION_INTXN,
};

static struct scan
begin(void)
{
	int error;

	return (struct scan){ .limit = (unsigned long)cl_engine_get_num(engine,
				  CL_ENGINE_MAX_FILESIZE, &error) };
}

enum engine_result
engine_scan(const struct engine_ask *ask, char *name, size_t size)
{
	struct cl_scan_options options = all_readers;
	struct scan s = begin();
	const char *virus = NULL;
	unsigned long scanned = 0;
	cl_fmap_t *map;
	cl_error_t error;

	name[0] = '\0';
	if (ask->len == 0)
		return ENGINE_CLEAN;
	map = cl_fmap_open_memory(ask->bytes, ask->len);
	if (map == NULL) {
		snprintf(name, size, "no memory to scan");
		return ENGINE_ERROR;
	}
	s.seen = ask->seen;
	if (ask->flat)
		options.parse &=
		    ~(uint32_t)(CL_SCAN_PARSE_MAIL | CL_SCAN_PARSE_ARCHIVE);
	error = cl_scanmap_callback(map, ask->filename, &virus, &scanned,
	    engine, &options, &s);
	cl_fmap_close(map);
	return judge(error, virus, &s, name, size);
}

enum engine_result
engine_scan_file(int fd, char *name, size_t size)
{
	struct cl_scan_options options = all_readers;
	struct scan s = begin();
	const char *virus = NULL;
	unsigned long scanned = 0;
	cl_error_t error = cl_scandesc_callback(fd, NULL, &virus, &scanned,
	    engine, &options, &s);

	return judge(error, virus, &s, name, size);
}

int
engine_temp(const char *folder, struct reason *why)
{
	cl_error_t error = cl_engine_set_str(engine, CL_ENGINE_TMPDIR, folder);

	if (error != CL_SUCCESS)
		return refuse(why, folder, error);
	return 0;
}
