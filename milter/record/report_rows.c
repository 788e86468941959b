/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "milter/base/count.h"
#include "milter/record/report_tables.h"
#include "milter/base/banned.h"

#define WORD_CELL(w) \
	((struct report_cell){ .kind = REPORT_CELL_WORD, .word = (w) })
#define NUMBER_CELL(value) \
	((struct report_cell){ .kind = REPORT_CELL_NUMBER, .n = (value) })
#define RATE_CELL(of, all) \
	((struct report_cell){ .kind = REPORT_CELL_RATE, \
	    .n = (of), \
	    .d = (all) })
#define TEXT_CELL(s) \
	((struct report_cell){ .kind = REPORT_CELL_TEXT, .text = (s) })

enum { TABLES_PER_SYSTEM = 8, COLUMNS = 16, MONTHS = REPORT_YEAR_MONTHS };

/* A table is being made: heads first, then rows from left to right. */
struct maker {
	struct arena *arena;
	struct report_tables *all;
	const struct report *report;
	const struct report_system *system; /* or NULL */
	struct report_table *table;
	size_t at; /* cells so far */
};

static void
begin(struct maker *m, const char *number, enum report_word title, size_t rows)
{
	struct report_table *t = &m->all->tables[m->all->count++];

	t->number = number;
	t->title = title;
	t->system = m->system != NULL ? m->system->id : NULL;
	t->rows = rows;
	t->heads = arena_get(m->arena, COLUMNS * sizeof *t->heads);
	t->cells = arena_get(m->arena, (rows * COLUMNS + 1) * sizeof *t->cells);
	m->table = t;
	m->at = 0;
}

static void
head(struct maker *m, const enum report_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		m->table->heads[m->table->columns++] = WORD_CELL(words[i]);
}

static void
put(struct maker *m, struct report_cell cell)
{
	m->table->cells[m->at++] = cell;
}

static struct report_cell
month_cell(const struct report *r, int month)
{
	uint64_t year = (uint64_t)r->year + (month >= 9);

	return (struct report_cell){ .kind = REPORT_CELL_MONTH,
		.n = year * 100 + (uint64_t)((month + 3) % MONTHS + 1) };
}

/* A row of a table by months: its figures from the month's counts. */
typedef void month_row(struct maker *m, const struct report_month *c);

static void
add_up(struct report_month *sum, const struct report_month *month)
{
#define REPORT_COUNT(name) sum->name += month->name;
#include "milter/record/report_counts.def"
#undef REPORT_COUNT
}

static void
by_month(struct maker *m, month_row *row)
{
	struct report_month sum = { 0 };

	for (int i = 0; i < MONTHS; i++) {
		put(m, month_cell(m->report, i));
		row(m, &m->system->months[i]);
		add_up(&sum, &m->system->months[i]);
	}
	put(m, WORD_CELL(REPORT_WORD_total));
	row(m, &sum);
	m->table->has_total = true;
}

static void
inbound_row(struct maker *m, const struct report_month *c)
{
	put(m, NUMBER_CELL(c->received));
	put(m, NUMBER_CELL(c->inspected));
	put(m, RATE_CELL(c->inspected, c->received));
	put(m, NUMBER_CELL(c->uninspectable));
	put(m, NUMBER_CELL(c->found));
	put(m, NUMBER_CELL(c->delivered));
	put(m, NUMBER_CELL(c->tagged));
	put(m, NUMBER_CELL(c->sanitised));
	put(m, NUMBER_CELL(c->quarantined));
	put(m, NUMBER_CELL(c->refused));
	put(m, NUMBER_CELL(c->deferred));
}

static void
inbound(struct maker *m)
{
	static const enum report_word heads[] = { REPORT_WORD_month,
		REPORT_WORD_received, REPORT_WORD_inspected,
		REPORT_WORD_inspected_rate, REPORT_WORD_uninspectable,
		REPORT_WORD_found, REPORT_WORD_delivered, REPORT_WORD_tagged,
		REPORT_WORD_sanitised, REPORT_WORD_quarantined,
		REPORT_WORD_refused, REPORT_WORD_deferred };

	begin(m, "T5-8", REPORT_WORD_inbound, MONTHS + 1);
	head(m, heads, COUNT(heads));
	by_month(m, inbound_row);
}

static void
review_row(struct maker *m, const struct report_month *c)
{
	uint64_t decided = c->released + c->discarded;

	put(m, NUMBER_CELL(c->held));
	put(m, NUMBER_CELL(c->released));
	put(m, NUMBER_CELL(c->discarded));
	put(m, NUMBER_CELL(c->held > decided ? c->held - decided : 0));
	put(m, RATE_CELL(decided, c->held));
}

static void
review(struct maker *m)
{
	static const enum report_word heads[] = { REPORT_WORD_month,
		REPORT_WORD_held, REPORT_WORD_released, REPORT_WORD_discarded,
		REPORT_WORD_pending, REPORT_WORD_decided_rate };

	begin(m, "T5-9", REPORT_WORD_review, MONTHS + 1);
	head(m, heads, COUNT(heads));
	by_month(m, review_row);
}

static void
transport_row(struct maker *m, const struct report_month *c)
{
	put(m, NUMBER_CELL(c->received));
	put(m, NUMBER_CELL(c->tls13));
	put(m, NUMBER_CELL(c->tls12));
	put(m, NUMBER_CELL(c->tls_old));
	put(m, NUMBER_CELL(c->plain));
	put(m, RATE_CELL(c->tls13 + c->tls12, c->received));
}

static void
transport(struct maker *m)
{
	static const enum report_word heads[] = { REPORT_WORD_month,
		REPORT_WORD_deliveries, REPORT_WORD_tls13, REPORT_WORD_tls12,
		REPORT_WORD_tls_old, REPORT_WORD_plain,
		REPORT_WORD_transport_rate };

	begin(m, "T5-7a", REPORT_WORD_transport, MONTHS + 1);
	head(m, heads, COUNT(heads));
	by_month(m, transport_row);
}

static void
encryption_row(struct maker *m, const struct report_month *c)
{
	uint64_t sealed = c->smime + c->openpgp;

	put(m, NUMBER_CELL(c->outbound));
	put(m, NUMBER_CELL(c->smime));
	put(m, NUMBER_CELL(c->openpgp));
	put(m, NUMBER_CELL(c->unprotected));
	put(m, NUMBER_CELL(c->postponed));
	put(m, RATE_CELL(sealed, sealed + c->unprotected));
}

static void
encryption(struct maker *m)
{
	static const enum report_word heads[] = { REPORT_WORD_month,
		REPORT_WORD_outbound, REPORT_WORD_smime, REPORT_WORD_openpgp,
		REPORT_WORD_unprotected, REPORT_WORD_postponed,
		REPORT_WORD_encryption_rate };

	begin(m, "T5-7b", REPORT_WORD_encryption, MONTHS + 1);
	head(m, heads, COUNT(heads));
	by_month(m, encryption_row);
}

/* Names by months: one row a name. */
static void
by_name(struct maker *m, enum report_word name, const struct report_named *list,
    size_t count)
{
	head(m, &name, 1);
	for (int i = 0; i < MONTHS; i++)
		m->table->heads[m->table->columns++] = month_cell(m->report, i);
	m->table->heads[m->table->columns++] = WORD_CELL(REPORT_WORD_total);
	for (size_t i = 0; i < count; i++) {
		uint64_t sum = 0;

		put(m, TEXT_CELL(list[i].name));
		for (int month = 0; month < MONTHS; month++) {
			put(m, NUMBER_CELL(list[i].months[month]));
			sum += list[i].months[month];
		}
		put(m, NUMBER_CELL(sum));
	}
}

/* One row: what it is and its value. */
static void
item(struct maker *m, enum report_word word, struct report_cell value)
{
	put(m, WORD_CELL(word));
	put(m, value);
	m->table->rows++;
}

static void
begin_items(struct maker *m, const char *number, enum report_word title)
{
	static const enum report_word heads[] = { REPORT_WORD_item,
		REPORT_WORD_value };

	begin(m, number, title, COLUMNS);
	m->table->rows = 0;
	head(m, heads, COUNT(heads));
}

static void
freshness(struct maker *m)
{
	const struct report_system *s = m->system;
	uint64_t hours = report_hours(m->report), n[HOUR_OLD + 1] = { 0 };

	for (uint64_t i = 0; i < hours && i < REPORT_HOURS; i++)
		n[s->hours[i]]++;
	begin_items(m, "T5-10", REPORT_WORD_freshness);
	if (s->engine[0] != '\0')
		item(m, REPORT_WORD_engine, TEXT_CELL(s->engine));
	item(m, REPORT_WORD_hours, NUMBER_CELL(hours));
	item(m, REPORT_WORD_hours_sampled,
	    NUMBER_CELL(n[HOUR_FRESH] + n[HOUR_AGED] + n[HOUR_OLD]));
	item(m, REPORT_WORD_hours_fresh, NUMBER_CELL(n[HOUR_FRESH]));
	item(m, REPORT_WORD_hours_old, NUMBER_CELL(n[HOUR_OLD]));
	item(m, REPORT_WORD_fresh_rate, RATE_CELL(n[HOUR_FRESH], hours));
	item(m, REPORT_WORD_oldest,
	    NUMBER_CELL((uint64_t)(s->oldest + 3599) / 3600));
	item(m, REPORT_WORD_reduced, NUMBER_CELL(s->samples_reduced));
	item(m, REPORT_WORD_updates_refused, NUMBER_CELL(s->updates_refused));
	item(m, REPORT_WORD_gaps, NUMBER_CELL((uint64_t)s->gaps / 60));
}

static void
journal(struct maker *m)
{
	const struct journal_report *j = &m->report->journal;
	enum report_word state = j->faults_count > 0 ? REPORT_WORD_state_bad
				 : j->lines == 0     ? REPORT_WORD_state_empty
						     : REPORT_WORD_state_good;

	m->system = NULL;
	begin_items(m, "T5-12", REPORT_WORD_journal);
	item(m, REPORT_WORD_result, WORD_CELL(state));
	item(m, REPORT_WORD_lines, NUMBER_CELL(j->lines));
	item(m, REPORT_WORD_first_seq, NUMBER_CELL(j->first_seq));
	item(m, REPORT_WORD_last_seq, NUMBER_CELL(j->last_seq));
	item(m, REPORT_WORD_faults, NUMBER_CELL(j->faults_count));
	item(m, REPORT_WORD_seals, NUMBER_CELL(j->seals));
	item(m, REPORT_WORD_seals_checked, NUMBER_CELL(j->seals_checked));
}

static void
of_system(struct maker *m, const struct report_system *s)
{
	m->system = s;
	transport(m);
	encryption(m);
	begin(m, "T5-7c", REPORT_WORD_algorithms, s->algorithms_count);
	by_name(m, REPORT_WORD_algorithm, s->algorithms, s->algorithms_count);
	inbound(m);
	begin(m, "T5-9", REPORT_WORD_classes, s->classes_count);
	by_name(m, REPORT_WORD_class, s->classes, s->classes_count);
	review(m);
	freshness(m);
}

struct report_tables *
report_tables_make(struct arena *a, const struct report *r, bool japanese)
{
	struct report_tables *all = arena_get(a, sizeof *all);
	struct maker m = { .arena = a, .all = all, .report = r };

	all->report = r;
	all->japanese = japanese;
	all->tables = arena_get(a,
	    (r->systems_count * TABLES_PER_SYSTEM + 1) * sizeof *all->tables);
	for (size_t i = 0; i < r->systems_count; i++)
		of_system(&m, &r->systems[i]);
	journal(&m);
	return all;
}
