internal import Glibc

/// A thread of the system, for work that must not hold up the threads that Swift's tasks share.
struct WorkerThread: Sendable {
    private let id: pthread_t

    /// Starts a thread, or gives nothing when the system has none to spare.
    static func start(_ body: @escaping @Sendable () -> Void) -> WorkerThread? {
        let box = Unmanaged.passRetained(Body(body))
        var id = pthread_t()
        let code = pthread_create(
            &id, nil,
            { raw in
                if let raw { Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            return nil
        }
        return WorkerThread(id: id)
    }

    /// Waits for the thread's end, once.
    func join() { pthread_join(id, nil) }

    /// How many threads the machine can run at once.
    static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
