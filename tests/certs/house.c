/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "certs/serve.h"
#include "milter/base/clock.h"
#include "tests/certs/house.h"

struct house house;

int
shell(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	return system(command);
}

static void *
serve(void *unused)
{
	struct reason why;
	int connection;

	(void)unused;
	while ((connection = accept(house.listener, NULL, NULL)) != -1) {
		(void)seal_serve(connection, &why);
		close(connection);
	}
	return NULL;
}

static void
prepare(void)
{
	char path[128];
	struct reason why;

	shell("rm -rf %s/child", house.folder);
	snprintf(path, sizeof path, "%s/child", house.folder);
	mkdir(path, 0700);
	if (seal_prepare(house.conf, path, &why) == -1)
		fail_msg("%s", why.text);
}

void
house_profile(const char *name)
{
	free(house.conf->smime_profile);
	house.conf->smime_profile = strdup(name);
	prepare();
}

int
house_open(void **unused)
{
	char path[128], ready[256];
	struct reason why;

	(void)unused;
	snprintf(house.folder, sizeof house.folder, "/tmp/skm-seal.XXXXXX");
	assert_non_null(mkdtemp(house.folder));
	assert_int_equal(0,
	    shell("sh %s/tests/certs/keys.sh %s 2>%s/log", getenv("top_srcdir"),
		house.folder, house.folder));
	house.conf = conf_load(NULL, &why);
	assert_non_null(house.conf);
	free(house.conf->certs_dir);
	snprintf(path, sizeof path, "%s/certs", house.folder);
	house.conf->certs_dir = strdup(path);
	assert_int_equal(0, seal_load(house.conf, ready, sizeof ready, &why));
	prepare();
	snprintf(house.socket, sizeof house.socket, "%s/seal.sock",
	    house.folder);
	house.listener = wire_listen(house.socket, &why);
	assert_int_not_equal(-1, house.listener);
	pthread_create(&house.thread, NULL, serve, NULL);
	return 0;
}

int
house_close(void **unused)
{
	(void)unused;
	shutdown(house.listener, SHUT_RDWR);
	pthread_join(house.thread, NULL);
	close(house.listener);
	conf_free(&house.conf);
	shell("GNUPGHOME=%s/gnupg gpgconf --kill gpg-agent", house.folder);
	return shell("rm -rf %s", house.folder);
}

int
message_fd(const char *text, size_t len)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	assert_int_equal(len, write(fd, text, len));
	return fd;
}

struct seal_answer *
ask(int fd, char *const *rcpts)
{
	struct seal_request request = { .sender = house.sender,
		.user = house.user,
		.class = house.class };
	struct seal_answer *answer;
	struct reason why = { "" };

	while (rcpts[request.count] != NULL) {
		request.rcpts[request.count] = rcpts[request.count];
		request.count++;
	}
	if (seal_ask(house.socket, fd, &request, clock_ms() + 20000, &answer,
		&why) == -1)
		fail_msg("no answer: %s", why.text);
	return answer;
}

char *
save(const struct seal_copy *copy)
{
	struct stat st;
	char path[128], *text;
	FILE *f;

	fstat(copy->fd, &st);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_int_equal(st.st_size,
	    pread(copy->fd, text, (size_t)st.st_size, 0));
	snprintf(path, sizeof path, "%s/sealed", house.folder);
	f = fopen(path, "w");
	fwrite(text, 1, (size_t)st.st_size, f);
	fclose(f);
	return text;
}

void
open_smime(const char *who)
{
	assert_int_equal(0,
	    shell("cd %s && openssl cms -decrypt -in sealed -recip "
		  "certs/smime/%s.pem -inkey %s.key -out opened",
		house.folder, who, who));
}

void
open_openpgp(const char *who)
{
	assert_int_equal(0,
	    shell("cd %s && GNUPGHOME=%s/gnupg gpg --batch --yes --quiet "
		  "--pinentry-mode loopback --passphrase '' "
		  "--try-secret-key '<%s>' --output opened --decrypt sealed "
		  "2>gpg.log",
		house.folder, house.folder, who));
}

int
open_nss(const char *who)
{
	return shell("cd %s && mkdir -p nss && "
		     "openssl cms -cmsout -in sealed -outform DER -out der && "
		     "openssl pkcs12 -export -in certs/smime/%s.pem "
		     "-inkey %s.key -name key -passout pass:x -out p12 && "
		     "{ test -f nss/key4.db || "
		     "certutil -N -d nss --empty-password; } && "
		     "pk12util -i p12 -d nss -W x >nss.log 2>&1 && "
		     "cmsutil -D -d nss -i der -o opened 2>>nss.log",
	    house.folder, who, who);
}

/* Its agent is started for each call, and on a busy machine does not always
 * come up in time. */
enum { AGENT_TRIES = 3 };

static int
open_gpgsm_once(const char *who)
{
	return shell("cd %s && rm -rf gpgsm && mkdir -m 700 gpgsm && "
		     "export GNUPGHOME=$PWD/gpgsm && "
		     "openssl cms -cmsout -in sealed -outform DER -out der && "
		     "openssl pkcs12 -export -in certs/smime/%s.pem "
		     "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES "
		     "-macalg sha1 -inkey %s.key -passout pass:x -out p12 && "
		     "set -- gpgsm --batch --yes --quiet --disable-dirmngr "
		     "--pinentry-mode loopback --passphrase-fd 0 && "
		     "{ echo x | \"$@\" --import p12 >gpgsm.log 2>&1; "
		     "echo x | \"$@\" --output opened --decrypt der "
		     "2>>gpgsm.log; failed=$?; "
		     "gpgconf --kill all; exit $failed; }",
	    house.folder, who, who);
}

int
open_gpgsm(const char *who)
{
	int failed = -1;

	for (int i = 0; i < AGENT_TRIES && failed != 0; i++)
		failed = open_gpgsm_once(who);
	return failed;
}

/* The two halves of multipart/signed as bytes: sig and signed. */
static int
halves(void)
{
	return shell("cd %s && python3 - <<'EOF'\n"
		     "import email, email.policy\n"
		     "raw = open('opened', 'rb').read()\n"
		     "m = email.message_from_bytes(raw)\n"
		     "assert m.get_content_type() == 'multipart/signed'\n"
		     "cut = b'\\r\\n--' + m.get_boundary().encode()\n"
		     "parts = raw.split(cut)\n"
		     "assert len(parts) == 4 and len(m.get_payload()) == 2\n"
		     "open('signed', 'wb').write(parts[1][2:])\n"
		     "sig = m.get_payload()[1]\n"
		     "assert sig.get_content_type() == m.get_param('protocol')"
		     "\n"
		     "open('sig', 'wb').write(sig.get_payload(decode=True))\n"
		     "EOF",
	    house.folder);
}

int
verify_openssl(void)
{
	if (halves() != 0)
		return -1;
	return shell("cd %s && openssl cms -verify -in opened -CAfile "
		     "authority.pem -purpose smimesign -out signed2 "
		     "2>openssl.log && cmp signed signed2",
	    house.folder);
}

int
verify_nss(void)
{
	if (halves() != 0)
		return -1;
	return shell("cd %s && rm -rf nss && mkdir nss && "
		     "certutil -N -d nss --empty-password && "
		     "certutil -A -d nss -n ca -t CT,C,C -i authority.pem && "
		     "cmsutil -D -d nss -c signed -i sig -u 4 >/dev/null "
		     "2>nss.log",
	    house.folder);
}

static int
verify_gpgsm_once(void)
{
	return shell("cd %s && rm -rf gpgsm && mkdir -m 700 gpgsm && "
		     "export GNUPGHOME=$PWD/gpgsm && "
		     "openssl x509 -in authority.pem -noout -fingerprint "
		     "-sha1 | sed 's/.*=//; s/$/ S relax/' "
		     ">gpgsm/trustlist.txt && "
		     "gpgsm --batch --quiet --disable-dirmngr "
		     "--import authority.pem 2>gpgsm.log && "
		     "gpgsm --batch --disable-dirmngr --disable-crl-checks "
		     "--verify sig signed 2>>gpgsm.log; failed=$?; "
		     "gpgconf --kill all; exit $failed",
	    house.folder);
}

int
verify_gpgsm(void)
{
	int failed = halves();

	if (failed != 0)
		return -1;
	failed = -1;
	for (int i = 0; i < AGENT_TRIES && failed != 0; i++)
		failed = verify_gpgsm_once();
	return failed;
}
