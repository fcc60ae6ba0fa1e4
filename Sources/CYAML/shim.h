#pragma once
#include <string.h>
#include <yaml.h>

// memmem, which Swift's Glibc module does not show.
static inline const unsigned char *shim_find(
    const unsigned char *text, size_t length, const unsigned char *pattern, size_t pattern_length) {
    while (length >= pattern_length) {
        const unsigned char *hit = (const unsigned char *)memchr(text, pattern[0], length - pattern_length + 1);
        if (hit == NULL || memcmp(hit, pattern, pattern_length) == 0) return hit;
        length -= (size_t)(hit + 1 - text);
        text = hit + 1;
    }
    return NULL;
}
