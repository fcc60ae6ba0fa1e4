#pragma once
// Calls of Linux that Swift's Glibc module leaves out; see the manual page of each.
extern int sync_file_range(int descriptor, long long offset, long long count, unsigned int flags);

// Gives memory that was freed back to the system: malloc_trim(3).
extern int malloc_trim(__SIZE_TYPE__ pad);

// The kernel's clock: adjtimex(2).
#include <sys/timex.h>

enum {
    shim_SYNC_FILE_RANGE_WAIT_BEFORE = 1,
    shim_SYNC_FILE_RANGE_WRITE = 2,
    shim_SYNC_FILE_RANGE_WAIT_AFTER = 4,
};

// A handle without bytes, and the file of a handle itself, as open(2) has them; glibc hides both without _GNU_SOURCE.
enum {
    shim_O_PATH = 010000000,
    shim_AT_EMPTY_PATH = 0x1000,
};
