/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "milter/base/count.h"
#include "milter/inspect/records.h"
#include "milter/base/banned.h"

/* From how many rows on it is a table: with dates of birth, and without. */
enum { FEW = 5, SEVERAL = 10, CELLS = 64, NAME_MOST = 30, BELOW = 5 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits_of(const char *s)
{
	size_t count = 0;

	for (; *s != '\0'; s++)
		count += is_digit(*s);
	return count;
}

static bool
is_among(const char *cell, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(cell, words[i]) == 0)
			return true;
	return false;
}

static bool
holds(const char *cell, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(cell, words[i]) != NULL)
			return true;
	return false;
}

/* Skips a number of one to most digits, and one of the signs behind it. */
static const char *
number(const char *s, size_t most, long *value, const char *const *signs)
{
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > most)
		return NULL;
	*value = strtol(s, NULL, 10);
	s += len;
	for (; *signs != NULL; signs++)
		if (strncmp(s, *signs, strlen(*signs)) == 0)
			return s + strlen(*signs);
	return NULL;
}

/* The year of a date that the whole cell is: 1975/1/31, 昭和50年1月31日,
 * s50.1.31, 19750131; 0 when it is none. */
static long
year_of(const char *cell)
{
	static const struct {
		const char *era;
		long first;
	} eras[] = { { "明治", 1868 }, { "大正", 1912 }, { "昭和", 1926 },
		{ "平成", 1989 }, { "令和", 2019 }, { "m", 1868 },
		{ "t", 1912 }, { "s", 1926 }, { "h", 1989 }, { "r", 2019 } };
	static const char *const behind_year[] = { "年", "/", "-", ".", NULL };
	static const char *const behind_month[] = { "月", "/", "-", ".", NULL };
	long year = 0, month = 0, first = 1;
	const char *s = cell;

	if (strlen(cell) == 8 && digits_of(cell) == 8)
		return strtol(cell, NULL, 10) / 10000;
	for (size_t i = 0; i < COUNT(eras) && first == 1; i++)
		if (strncmp(cell, eras[i].era, strlen(eras[i].era)) == 0) {
			first = eras[i].first;
			s += strlen(eras[i].era);
		}
	s = number(s, 4, &year, behind_year);
	s = s == NULL ? NULL : number(s, 2, &month, behind_month);
	if (s == NULL || month < 1 || month > 12 || !is_digit(*s) ||
	    digits_of(s) > 2)
		return 0;
	return first + year - 1;
}

/* A date, or the number of a day as sheets keep it. */
static bool
is_date(const char *cell)
{
	return year_of(cell) > 1850 ||
	       (strlen(cell) == 5 && digits_of(cell) == 5);
}

static bool
is_phone(const char *cell)
{
	size_t digits = digits_of(cell);

	return digits >= 9 && digits <= 13 &&
	       strspn(cell, "0123456789-+() ") == strlen(cell);
}

/* 〒100-8914, 東京都千代田区 ... */
static bool
is_address(const char *cell)
{
	static const char *const wide[] = { "都", "道", "府", "県" };
	static const char *const narrow[] = { "市", "区", "町", "村", "郡" };

	return strncmp(cell, "〒", strlen("〒")) == 0 ||
	       (holds(cell, wide, COUNT(wide)) &&
		   holds(cell, narrow, COUNT(narrow)));
}

/* A name in Japanese letters, and no part of an organisation. */
static bool
is_name(const char *cell)
{
	static const char *const others[] = { "課", "部", "室", "係", "社",
		"会", "省", "庁", "局", "都", "県", "市", "区", "年", "月",
		"日", "学", "院", "、", "。", "・", ":", "(" };
	size_t len = strlen(cell);

	if (len < 6 || len > NAME_MOST || holds(cell, others, COUNT(others)))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)cell[i] < 0x80 && cell[i] != ' ')
			return false;
	return true;
}

static bool
is_kind(enum records_kind kind, const char *cell)
{
	switch (kind) {
	case RECORDS_BIRTH:
		return is_date(cell);
	case RECORDS_PHONE:
		return is_phone(cell);
	case RECORDS_ADDRESS:
		return is_address(cell) ||
		       (digits_of(cell) > 0 && strlen(cell) >= 10 &&
			   strspn(cell, "0123456789.:/abcdefx@") <
			       strlen(cell));
	default:
		return false;
	}
}

/* Takes the cell at s up to the separator, without blanks and quotes around
 * it; returns what stands behind, NULL at the end. */
static char *
take_cell(char *s, char separator, char **cell)
{
	bool quoted = false;
	char *end = s, *next;

	for (; *end != '\0'; end++) {
		quoted = quoted != (*end == '"' && separator == ',');
		if (!quoted && *end == separator &&
		    (separator != ' ' || end[1] == ' '))
			break;
	}
	next = *end == '\0' ? NULL : end + 1;
	while (end > s && strchr(" \"\r\n", end[-1]) != NULL)
		end--;
	*end = '\0';
	*cell = s + strspn(s, " \"");
	return next == NULL ? NULL
			    : next + strspn(next, separator == ' ' ? " " : "");
}

static size_t
take_cells(char *line, char *cells[CELLS])
{
	static const char separators[] = "\t,|;";
	char separator = ' ';
	size_t count = 0;

	for (size_t i = 0; separator == ' ' && separators[i] != '\0'; i++)
		if (strchr(line, separators[i]) != NULL)
			separator = separators[i];
	while (line != NULL && count < CELLS)
		line = take_cell(line, separator, &cells[count++]);
	return count;
}

/* The first column with such a heading, -1: none. */
static int
heading(char *const *cells, size_t count, bool (*is)(const char *cell))
{
	for (size_t i = 0; i < count; i++)
		if (is(cells[i]))
			return (int)i;
	return -1;
}

static bool
names_name(const char *cell)
{
	static const char *const words[] = { "名前", "お名前", "姓名", "姓",
		"氏 名", "名 前", "name", "full name", "fullname", "last name",
		"surname", "family name", "employee name", "customer name",
		"patient name", "client name", "member name" };

	return strstr(cell, "氏名") != NULL ||
	       is_among(cell, words, COUNT(words));
}

static bool
names_birth(const char *cell)
{
	static const char *const words[] = { "生年月日", "誕生日", "birth",
		"dob" };

	return holds(cell, words, COUNT(words)) && strlen(cell) < NAME_MOST;
}

static bool
names_address(const char *cell)
{
	static const char *const words[] = { "address", "home address",
		"postal address", "street address", "住 所" };

	return (strstr(cell, "住所") != NULL && strlen(cell) < NAME_MOST) ||
	       is_among(cell, words, COUNT(words));
}

static bool
names_phone(const char *cell)
{
	static const char *const words[] = { "電話", "電話番号", "携帯",
		"携帯電話", "携帯番号", "携帯電話番号", "自宅電話",
		"自宅電話番号", "連絡先電話番号", "tel", "phone", "telephone",
		"mobile", "cell", "phone number", "mobile number", "home phone",
		"cell phone" };

	return is_among(cell, words, COUNT(words));
}

static bool (*const names_kind[])(const char *cell) = {
	[RECORDS_BIRTH] = names_birth,
	[RECORDS_ADDRESS] = names_address,
	[RECORDS_PHONE] = names_phone,
};

static bool
read_headings(struct records *r, char *const *cells, size_t count)
{
	int name = heading(cells, count, names_name);
	int columns[RECORDS_KINDS], known = 0;

	if (name == -1)
		return false;
	for (int k = 0; k < RECORDS_KINDS; k++) {
		columns[k] = heading(cells, count, names_kind[k]);
		known += columns[k] != -1;
	}
	if (known == 0)
		return false;
	r->headed = true;
	r->name = name;
	for (int k = 0; k < RECORDS_KINDS; k++)
		r->columns[k] = columns[k];
	return true;
}

static bool
read_headed(struct records *r, char *const *cells, size_t count)
{
	bool seen = false;

	if ((size_t)r->name >= count || strlen(cells[r->name]) < 2 ||
	    digits_of(cells[r->name]) > 0)
		return false;
	for (int k = 0; k < RECORDS_KINDS; k++) {
		int at = r->columns[k];

		if (at == -1 || (size_t)at >= count ||
		    !is_kind((enum records_kind)k, cells[at]))
			continue;
		r->kinds[k]++;
		seen = true;
	}
	return seen;
}

/* Nobody who is in a table by name and birth was born this year. */
static bool
read_shaped(struct records *r, char *const *cells, size_t count)
{
	bool name = false, birth = false, address = false, phone = false;

	for (size_t i = 0; i < count; i++) {
		long year = year_of(cells[i]);

		name = name || is_name(cells[i]);
		birth = birth || (year >= 1900 && year <= 2012);
		address = address || is_address(cells[i]);
		phone = phone || (is_phone(cells[i]) && cells[i][0] == '0');
	}
	if (!name || (!birth && !(address && phone)))
		return false;
	r->kinds[RECORDS_BIRTH] += birth;
	r->kinds[RECORDS_ADDRESS] += address;
	r->kinds[RECORDS_PHONE] += phone;
	return true;
}

/* A line that is one cell, or says what its cell is. */
static void
read_below(struct records *r, char *cell)
{
	char *colon = strchr(cell, ':'), *value = cell;
	bool name, birth;

	if (colon != NULL) {
		value = colon + 1 + strspn(colon + 1, " ");
		while (colon > cell && colon[-1] == ' ')
			colon--;
		*colon = '\0';
		name = names_name(cell) && strlen(value) > 1 &&
		       digits_of(value) == 0;
		birth = names_birth(cell) && is_date(value);
	} else {
		long year = year_of(value);

		name = is_name(value);
		birth = year >= 1900 && year <= 2012;
	}
	if (name) {
		r->below = BELOW;
	} else if (r->below > 0 && birth) {
		r->below = 0;
		r->rows++;
		r->kinds[RECORDS_BIRTH]++;
	} else if (r->below > 0) {
		r->below--;
	}
}

struct records
records_begin(void)
{
	return (struct records){ .name = -1 };
}

void
records_line(struct records *r, char *line)
{
	char *cells[CELLS];
	size_t count = take_cells(line, cells);

	if (count < 2)
		read_below(r, cells[0]);
	if (count < 2 || read_headings(r, cells, count))
		return;
	if (r->headed ? read_headed(r, cells, count)
		      : read_shaped(r, cells, count))
		r->rows++;
}

size_t
records_rows(const struct records *r)
{
	if (r->kinds[RECORDS_BIRTH] >= FEW || r->rows >= SEVERAL)
		return r->rows;
	return 0;
}
