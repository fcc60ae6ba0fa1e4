/// What went wrong inside libcrypto, which fails only when memory is short or SHA-256 is switched off in its build.
package struct DigestError: Error, Hashable, CustomStringConvertible {
    /// The step that failed: `allocate`, `initialise`, `update` or `finish`.
    package let operation: String
    /// libcrypto's own code of its oldest queued error, 0 when it gave none.
    package let code: UInt
    /// libcrypto's own words for that code, empty when it gave none.
    package let message: String

    package init(operation: String, code: UInt, message: String) {
        self.operation = operation
        self.code = code
        self.message = message
    }

    package var description: String {
        let reason = message.isEmpty ? "libcrypto gives no reason" : message
        return "cannot compute a SHA-256 digest (\(operation)): \(reason)"
    }
}
