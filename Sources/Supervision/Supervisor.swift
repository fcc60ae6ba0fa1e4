import Glibc

/// Stands between Ronde and a program it runs, so that the program ends when Ronde does, however Ronde ends.
///
/// The supervisor leads the process group in which the program runs. It keeps standard input open beside the program:
/// when all writers of that pipe are gone, whoever started it is gone, even by SIGKILL, and the group gets SIGTERM and
/// after the grace period SIGKILL. A program that leaves the group with `setsid` leaves the supervisor's reach, which is
/// how a task may start a service that is to stay.
package struct Supervisor: Sendable {
    private let program: [String]
    private let grace: Duration
    private let nice: Int32
    private let confinement: Confinement

    /// - Parameters:
    ///   - program: absolute path and arguments.
    ///   - grace: how long the group may take to end after SIGTERM.
    ///   - nice: added to the niceness of the session.
    ///   - confinement: what the program may use, and who it is.
    package init(program: [String], grace: Duration, nice: Int = 0, confinement: Confinement = Confinement()) {
        self.program = program
        self.grace = grace
        self.nice = Int32(clamping: nice)
        self.confinement = confinement
    }

    /// Whether whoever holds the other end of standard input is still there.
    package static var isWatched: Bool { !InputWatch.hasEnded(after: .zero) }

    /// Runs the program in this process' group, with this process' streams, environment and working folder.
    ///
    /// Blocks. Call it in a process that does nothing else and leads its group: at the end of the grace period the
    /// whole group is killed, the supervisor with it.
    ///
    /// - Returns: the exit status of the program; where a signal ended it, this process ends by the same signal.
    /// - Throws: ``SupervisorFailure`` where it could not be started.
    package func run() throws(SupervisorFailure) -> Int32 {
        if nice > 0 { Niceness.add(nice) }
        let signals = SignalPipe.open([SIGCHLD, SIGTERM, SIGINT, SIGHUP])
        let child = try SpawnedProgram.start(program, within: confinement)
        var stopsAt: ContinuousClock.Instant?
        while true {
            if let status = child.status() {
                GroupMembers.end(until: stopsAt)
                return status.mirrored()
            }
            if let stopsAt, stopsAt <= .now { GroupMembers.killAll() }
            let event = signals.wait(watchingInput: stopsAt == nil, until: stopsAt)
            guard stopsAt == nil else { continue }
            switch event {
            case .inputEnded:
                stopsAt = .now + grace
                GroupMembers.terminateAll()
            case .told:
                // Whoever told it has told the whole group: the program must not get SIGTERM twice.
                stopsAt = .now + grace
            case .childChanged, .nothing: break
            }
        }
    }
}
