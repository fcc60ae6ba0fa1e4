internal import CCurl
internal import Synchronization

/// A libcurl multi handle for one transfer: where its thread waits, and where others may cut that wait short.
///
/// `curl_easy_perform` would notice a cancellation only once a second.
final class TransferWait: Sendable {
    private struct State {
        var isOpen = true
        var isCancelled = false
    }

    // Everything but `curl_multi_wakeup` is called by the transfer's thread alone; the wake-up may come from any thread
    // (curl_multi_wakeup(3)) and `state` keeps it from meeting a handle that is gone.
    private nonisolated(unsafe) let pointer: UnsafeMutableRawPointer
    private let state = Mutex(State())

    init() throws(CurlRefusal) {
        try CurlLibrary.prepare()
        guard let pointer = curl_multi_init() else {
            throw CurlRefusal(code: CURLE_OUT_OF_MEMORY, operation: "make a multi handle")
        }
        self.pointer = pointer
    }

    deinit { close() }

    /// Ends the handle; the transfer must be removed before.
    func close() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        // The one failure is a transfer that calls this from its own callback.
        if wasOpen { _ = curl_multi_cleanup(pointer) }
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Asks the transfer to stop, from any thread.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            // A wake-up that fails (no memory) leaves the transfer to its time limit.
            if state.isOpen { _ = curl_multi_wakeup(pointer) }
        }
    }

    func add(_ handle: EasyHandle) throws(CurlRefusal) {
        try check(curl_multi_add_handle(pointer, handle.pointer), "start")
    }

    /// Takes the transfer out; this closes its connection and may wait for a name lookup that cannot be stopped.
    func remove(_ handle: EasyHandle) {
        // It fails only for handles that are none, or from within a callback.
        _ = curl_multi_remove_handle(pointer, handle.pointer)
    }

    /// Does what can be done without waiting.
    ///
    /// - Returns: how the transfer ended, or nil while it goes on.
    func advance() throws(CurlRefusal) -> CURLcode? {
        var running: Int32 = 0
        try check(curl_multi_perform(pointer, &running), "go on")
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return nil
    }

    /// Waits until there is something to do, ``cancel()`` was called or `limit` has passed.
    func poll(atMost limit: Duration) throws(CurlRefusal) {
        let (seconds, attoseconds) = limit.components
        // Rounded up, or the last millisecond would be spent in a busy loop.
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        try check(curl_multi_poll(pointer, nil, 0, Int32(clamping: max(0, milliseconds)), nil), "wait")
    }

    private func check(_ code: CURLMcode, _ operation: String) throws(CurlRefusal) {
        guard code == CURLM_OK else {
            let words = String(cString: curl_multi_strerror(code))
            throw CurlRefusal(code: CURLE_FAILED_INIT, operation: "\(operation) (\(words))")
        }
    }
}
