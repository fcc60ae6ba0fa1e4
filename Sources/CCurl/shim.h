#pragma once
#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one form for each argument type.
   The names in parentheses keep curl's own type-checking macros out of the way. */

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(handle, option, value);
}

/* Text is copied by libcurl; NULL puts an option back to its default. */
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

/* The bytes are copied, as many as CURLOPT_POSTFIELDSIZE_LARGE said before. */
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes) {
    return (curl_easy_setopt)(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

/* For CURLOPT_ERRORBUFFER and the ...DATA options. */
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return (curl_easy_setopt)(handle, option, value);
}

/* For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION. */
typedef size_t (*ccurl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_receiver(CURL *handle, CURLoption option, ccurl_receiver receiver) {
    return (curl_easy_setopt)(handle, option, receiver);
}

static inline CURLcode ccurl_set_socket_opener(CURL *handle, curl_opensocket_callback callback) {
    return (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, callback);
}

static inline CURLcode ccurl_set_tls_observer(CURL *handle, curl_ssl_ctx_callback callback) {
    return (curl_easy_setopt)(handle, CURLOPT_SSL_CTX_FUNCTION, callback);
}

static inline CURLcode ccurl_set_prerequest(CURL *handle, curl_prereq_callback callback) {
    return (curl_easy_setopt)(handle, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value) {
    return (curl_easy_getinfo)(handle, info, value);
}

static inline CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return (curl_easy_getinfo)(handle, info, value);
}

/* The text belongs to the handle. */
static inline CURLcode ccurl_get_text(CURL *handle, CURLINFO info, char **value) {
    return (curl_easy_getinfo)(handle, info, value);
}

/* Swift does not import the casts in CURL_GLOBAL_DEFAULT and CURL_SSLVERSION_TLSv1_2. */
static const long CCURL_GLOBAL_DEFAULT = CURL_GLOBAL_DEFAULT;
static const long CCURL_TLS_1_2 = CURL_SSLVERSION_TLSv1_2;
static const long CCURL_HTTP_1_1 = CURL_HTTP_VERSION_1_1;
