import CLinux
import Glibc

/// A program started in this process' own group, with its streams.
struct SpawnedProgram {
    private let pid: pid_t

    /// - Throws: ``SupervisorFailure`` with the system's reason.
    static func start(
        _ program: [String], within confinement: Confinement = Confinement()
    ) throws(SupervisorFailure) -> SpawnedProgram {
        guard let path = program.first else { throw .start(program: "", reason: "no program was named") }
        var words: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var failure = shim_failure()
        let groups = confinement.user?.groups ?? []
        let pid = path.withCString { path in
            groups.withUnsafeBufferPointer { groups in
                words.withUnsafeBufferPointer { words -> pid_t in
                    guard let arguments = words.baseAddress else { return -1 }
                    var start = shim_program(
                        path: path, arguments: arguments, environment: UnsafePointer(environ),
                        has_no_input: confinement.hasNoInput ? 1 : 0,
                        memory: UInt64(confinement.memory ?? 0),
                        processor_time: UInt64(confinement.processorTime ?? 0),
                        has_user: confinement.user == nil ? 0 : 1, user: confinement.user?.user ?? 0,
                        group: confinement.user?.group ?? 0, groups: groups.baseAddress, group_count: groups.count)
                    return shim_start(&start, &failure)
                }
            }
        }
        guard pid > 0 else { throw .start(program: path, reason: reason(failure)) }
        return SpawnedProgram(pid: pid)
    }

    private static func reason(_ failure: shim_failure) -> String {
        let step =
            switch Int(failure.step) {
            case shim_STEP_MEMORY: "its memory cannot be limited: "
            case shim_STEP_PROCESSOR_TIME: "its processor time cannot be limited: "
            case shim_STEP_USER: "it cannot run as another user: "
            case shim_STEP_INPUT: "it cannot read /dev/null: "
            default: ""
            }
        return step + String(cString: strerror(failure.number))
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
