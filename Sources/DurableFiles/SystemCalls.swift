internal import Glibc
internal import SystemPackage

/// Calls the system until it is not interrupted by a signal, and turns its `-1` into an error.
///
/// Never for `close`, which must not be repeated.
@discardableResult
func system<Result: SignedInteger>(
    _ operation: String, _ path: FilePath, _ call: () -> Result
) throws(FileError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let code = Errno(rawValue: errno)
        if code != .interrupted { throw FileError(operation: operation, path: path, errno: code) }
    }
}

/// The same, with the path as the C string that most calls want.
@discardableResult
func system<Result: SignedInteger>(
    _ operation: String, at path: FilePath, _ call: (UnsafePointer<CChar>) -> Result
) throws(FileError) -> Result {
    try system(operation, path) { path.withPlatformString(call) }
}
