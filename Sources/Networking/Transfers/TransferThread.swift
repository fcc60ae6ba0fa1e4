internal import Glibc

/// A thread of its own for work that blocks, so that it holds none of the few threads that run Swift's tasks.
enum TransferThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new, detached thread.
    ///
    /// - Returns: 0, or the `errno` value that says why there is no thread; `body` is then not run.
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, enter, work.toOpaque())
        guard code == 0 else {
            work.release()
            return code
        }
        // It fails only for a thread that is joined already, and nothing joins this one. Above all it must not be taken
        // for a thread that did not start.
        _ = pthread_detach(thread)
        return 0
    }

    private static let enter: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        // Signals are for the threads that expect them. SIGPIPE above all: OpenSSL writes to sockets that the peer has
        // closed, and libcurl, told to leave signals alone, does not shield it. The threads it starts inherit this.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
    }
}
