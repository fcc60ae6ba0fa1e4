#pragma once
// Starts a program with limits and as another user. Between fork(2) and execve(2) only calls that are safe in a signal
// handler may be made, and nothing of Swift's runtime is; so this much is C.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct shim_program {
    const char *_Nonnull path;
    char *_Nullable const *_Nonnull arguments;
    char *_Nullable const *_Nonnull environment;
    // Whether it reads /dev/null instead of this process' standard input.
    int has_no_input;
    // The most address space in bytes, and the most processor time in seconds; 0 for no limit.
    unsigned long long memory;
    unsigned long long processor_time;
    // Whom it runs as, where has_user is set.
    int has_user;
    uid_t user;
    gid_t group;
    const gid_t *_Nullable groups;
    size_t group_count;
};

// What kept a program from starting.
enum { shim_STEP_FORK, shim_STEP_INPUT, shim_STEP_MEMORY, shim_STEP_PROCESSOR_TIME, shim_STEP_USER, shim_STEP_EXECUTE };

struct shim_failure {
    int step;
    int number;  // errno
};

static inline int shim_limit(int resource, unsigned long long soft, unsigned long long hard) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return -1;
    // Only root may raise a limit that is lower already, and nobody needs to.
    struct rlimit wanted = {soft < now.rlim_max ? soft : now.rlim_max, hard < now.rlim_max ? hard : now.rlim_max};
    return setrlimit(resource, &wanted);
}

// In the child: becomes the program; returns the step that failed, with errno.
static inline int shim_become(const struct shim_program *_Nonnull program) {
    // What is ignored or blocked here would stay so in the program, which expects neither.
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (program->has_no_input) {
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, 0) < 0) return shim_STEP_INPUT;
        if (null > 0) close(null);
    }
    unsigned long long seconds = program->processor_time;
    // A program that goes on after SIGXCPU is killed two seconds later.
    if (seconds > 0 && shim_limit(RLIMIT_CPU, seconds, seconds + 2) != 0) return shim_STEP_PROCESSOR_TIME;
    if (program->has_user) {
        // Groups first: whoever has given up being root may change them no more.
        if (setgroups(program->group_count, program->groups) != 0 || setgid(program->group) != 0
            || setuid(program->user) != 0)
            return shim_STEP_USER;
    }
    if (program->memory > 0 && shim_limit(RLIMIT_AS, program->memory, program->memory) != 0) return shim_STEP_MEMORY;
    execve(program->path, program->arguments, program->environment);
    return shim_STEP_EXECUTE;
}

// Returns the process, or -1 with the reason in `failure`.
static inline pid_t shim_start(const struct shim_program *_Nonnull program, struct shim_failure *_Nonnull failure) {
    int report[2];
    failure->step = shim_STEP_FORK;
    if (pipe(report) != 0) {
        failure->number = errno;
        return -1;
    }
    // The pipe closes when the program has begun; what comes through it before is why it has not.
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0) {
        // One after the other: in one initializer errno might be read first.
        int step = shim_become(program);
        struct shim_failure reason = {step, errno};
        ssize_t written = write(report[1], &reason, sizeof reason);
        _exit(written == (ssize_t)sizeof reason ? 127 : 126);
    }
    int number = errno;
    close(report[1]);
    ssize_t count = 0;
    if (child > 0) {
        do count = read(report[0], failure, sizeof *failure);
        while (count < 0 && errno == EINTR);
    }
    close(report[0]);
    if (child < 0) {
        failure->number = number;
        return -1;
    }
    if (count != (ssize_t)sizeof *failure) return child;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return -1;
}
