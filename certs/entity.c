/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/entity.h"
#include "certs/fields.h"
#include "certs/protect.h"
#include "milter/base/file.h"
#include "milter/base/banned.h"

int
entity_memfd(const char *name, struct reason *why)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd != -1 ? fd : reason_errno(why, "memory for %s", name);
}

int
entity_close(int fd, struct reason *why)
{
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1)
		return reason_errno(why, "closing the sealed message");
	return 0;
}

int
entity_map(struct entity_map *map, int fd, struct reason *why)
{
	struct stat st;

	*map = (struct entity_map){ NULL, 0 };
	if (fstat(fd, &st) == -1)
		return reason_errno(why, "message");
	if (st.st_size == 0)
		return reason_set(why, "nothing was written");
	map->size = (size_t)st.st_size;
	map->bytes = mmap(NULL, map->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map->bytes != MAP_FAILED)
		return 0;
	map->bytes = NULL;
	return reason_errno(why, "message");
}

void
entity_unmap(struct entity_map *map)
{
	if (map->bytes != NULL)
		munmap(map->bytes, map->size);
	map->bytes = NULL;
}

static int
write_inner(int fd, const struct fields *f, struct reason *why)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct field *field = &f->list[i];

		if (!fields_describes_body(field) ||
		    fields_named(field, "MIME-Version"))
			continue;
		if (file_write(fd, field->name, field->whole, why) == -1)
			return -1;
	}
	if (file_write(fd, "\r\n", 2, why) == -1)
		return -1;
	return file_write(fd, f->bytes + f->body, f->size - f->body, why);
}

int
entity_inner(int message, bool protect, struct reason *why)
{
	struct fields f;
	int fd = entity_memfd("inner", why);
	int failed = -1;

	if (fd == -1)
		return -1;
	if (fields_open(&f, message, why) == 0)
		failed = protect ? protect_inner(fd, &f, why)
				 : write_inner(fd, &f, why);
	fields_close(&f);
	if (failed == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
write_outer(int fd, const struct fields *f, bool protect, struct reason *why)
{
	const char *at = (const char *)f->bytes, *end = at + f->header;

	for (size_t i = 0; i < f->count; i++) {
		const struct field *field = &f->list[i];

		if (!fields_describes_body(field) &&
		    !fields_hides_recipients(field) &&
		    !(protect && fields_confidential(field)))
			continue;
		if (file_write(fd, at, (size_t)(field->name - at), why) == -1)
			return -1;
		if (fields_named(field, "Subject") &&
		    file_write(fd, protect_subject, strlen(protect_subject),
			why) == -1)
			return -1;
		at = field->name + field->whole;
	}
	if (at >= end)
		return 0;
	return file_write(fd, at, (size_t)(end - at), why);
}

int
entity_outer(int message, int fd, bool protect, struct reason *why)
{
	struct fields f;
	int failed = -1;

	if (fields_open(&f, message, why) == 0)
		failed = write_outer(fd, &f, protect, why);
	fields_close(&f);
	return failed;
}
