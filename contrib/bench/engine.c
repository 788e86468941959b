/* SPDX-License-Identifier: ISC */

/*
 * Loads the signatures of a folder as every scanner does, and prints the
 * megabytes (PSS) that one engine takes: the least that a service can.
 *
 *	engine FOLDER
 */
#include <clamav.h>
#include <stdio.h>
#include <string.h>

static double
pss(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	char line[256];
	unsigned long kilobytes = 0;

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "Pss: %lu kB", &kilobytes) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return (double)kilobytes / 1024;
}

int
main(int argc, char **argv)
{
	struct cl_engine *engine;
	unsigned int count = 0;

	if (argc != 2 || cl_init(CL_INIT_DEFAULT) != CL_SUCCESS)
		return 2;
	engine = cl_engine_new();
	if (engine == NULL ||
	    cl_load(argv[1], engine, &count, CL_DB_STDOPT) != CL_SUCCESS ||
	    cl_engine_compile(engine) != CL_SUCCESS)
		return 1;
	printf("%.1f\n", pss());
	cl_engine_free(engine);
	return 0;
}
