import Dispatch
import Glibc
package import SystemPackage

/// Tells when files in some folders change, come or go (inotify).
///
/// What changes below the folders in folders of their own is not told. Where the system has no watch left nothing is
/// told: whoever must know looks for themselves now and then.
package final class FolderWatch: Sendable {
    /// One element for one or more changes.
    package let changes: AsyncStream<Void>
    private let descriptor: Int32
    // Made once; a source may be cancelled from any thread.
    private nonisolated(unsafe) let source: (any DispatchSourceRead)?

    package init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        changes = stream
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            source = nil
            continuation.finish()
            return
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global(qos: .utility))
        source.setEventHandler { [descriptor] in
            // What happened does not matter, only that something did.
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { [descriptor] in
            close(descriptor)
            continuation.finish()
        }
        source.resume()
        self.source = source
    }

    /// Whether the system tells of changes at all.
    package var isWatching: Bool { descriptor >= 0 }

    /// Watches these folders too; one that is not there, or is watched already, changes nothing.
    package func watch(_ folders: some Sequence<FilePath>) {
        guard descriptor >= 0 else { return }
        let wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR
        for folder in folders { _ = folder.withPlatformString { inotify_add_watch(descriptor, $0, UInt32(wanted)) } }
    }

    deinit { source?.cancel() }
}
