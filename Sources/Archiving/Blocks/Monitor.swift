internal import Glibc

/// A value that several threads share, and for whose changes they wait.
final class Monitor<Value: Sendable>: Sendable {
    // The pointers never change, and what they point to is touched only by the thread that holds the lock.
    private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    init(_ initial: Value) {
        // With default attributes neither can fail on Linux.
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        value.initialize(to: initial)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Changes the value and wakes those who wait.
    func update(_ change: (inout Value) -> Void) {
        pthread_mutex_lock(mutex)
        change(&value.pointee)
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Waits until the value yields something, which `take` may remove from it.
    func wait<Result>(_ take: (inout Value) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&value.pointee) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }
}
