import Glibc
import Maintenance
import PluginKit
package import SystemPackage

/// What a dry run asks about a file instead of opening it for writing.
package enum WriteAccess {
    /// Refuses a file that the real run could not open for writing.
    ///
    /// - Throws: ``TaskFailure``.
    package static func require(to path: FilePath) throws {
        guard path.withPlatformString({ access($0, W_OK) }) != 0 else { return }
        throw TaskFailure(.critical, "\(path): this file may not be written; run as its owner, or make it writable")
    }
}
