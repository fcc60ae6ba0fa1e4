import Glibc

/// A program started in this process' own group, with its streams.
struct SpawnedProgram {
    private let pid: pid_t

    /// - Throws: ``SupervisorFailure`` with the system's reason.
    static func start(_ program: [String]) throws(SupervisorFailure) -> SpawnedProgram {
        guard let path = program.first else { throw .start(program: "", reason: "no program was named") }
        var attributes = posix_spawnattr_t()
        guard posix_spawnattr_init(&attributes) == 0 else { throw failure(path, ENOMEM) }
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        // What is ignored or blocked here would stay so in the program, which expects neither.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var pid: pid_t = 0
        let status = posix_spawn(&pid, path, nil, &attributes, words, environ)
        guard status == 0 else { throw failure(path, status) }
        return SpawnedProgram(pid: pid)
    }

    private static func failure(_ path: String, _ number: Int32) -> SupervisorFailure {
        .start(program: path, reason: String(cString: strerror(number)))
    }

    /// How the program ended; nil while it runs.
    func status() -> WaitStatus? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { return WaitStatus(raw: status) }
            if ended == 0 { return nil }
            // No such child: someone else has waited for it, and its status is lost.
            if errno != EINTR { return WaitStatus(raw: 127 << 8) }
        }
    }
}

/// What `waitpid(2)` says of a process that ended.
struct WaitStatus: Hashable {
    let raw: Int32

    /// The exit status; nil where a signal ended it.
    var exitStatus: Int32? { raw & 0x7F == 0 ? (raw >> 8) & 0xFF : nil }
    var signal: Int32 { raw & 0x7F }

    /// Lets this process end as the program did: returns its exit status, or dies by its signal.
    func mirrored() -> Int32 {
        if let exitStatus { return exitStatus }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // The program has dumped its core, if it may; a second one of its supervisor helps nobody.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = SIG_DFL
        sigaction(signal, &action, nil)
        kill(getpid(), signal)
        return 128 + signal
    }
}
