#pragma once
#include <archive.h>
#include <archive_entry.h>

/* The AE_IF* macros hold a cast, which Swift does not import. */
static const unsigned int shim_AE_IFREG = AE_IFREG;

/* archive_set_error takes any number of arguments, which Swift does not call. */
static inline void shim_archive_set_error(struct archive *archive, int code, const char *text) {
    archive_set_error(archive, code, "%s", text);
}
