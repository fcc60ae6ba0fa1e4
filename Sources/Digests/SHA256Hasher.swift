internal import CCrypto

/// Computes one SHA-256 digest from bytes that arrive in pieces; the owner of libcrypto's context.
package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts a digest of nothing yet.
    ///
    /// - Throws: ``DigestError`` when libcrypto has no memory or no SHA-256.
    package init() throws(DigestError) {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw Self.failure("allocate") }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            let failure = Self.failure("initialise")
            EVP_MD_CTX_free(context)
            throw failure
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds the next bytes, of any count.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(DigestError) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw Self.failure("update") }
    }

    /// Adds the next bytes, of any count.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package mutating func update(bytes: [UInt8]) throws(DigestError) { try update(bytes: bytes[...]) }

    /// Adds the next bytes, of any count.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package mutating func update(bytes: ArraySlice<UInt8>) throws(DigestError) {
        let status = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        guard status == 1 else { throw Self.failure("update") }
    }

    /// Ends the digest; the hasher is used up.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package consuming func finish() throws(DigestError) -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &bytes, &count) == 1, Int(count) == bytes.count,
            let digest = SHA256Digest(bytes: bytes)
        else { throw Self.failure("finish") }
        return digest
    }

    private static func failure(_ operation: String) -> DigestError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return DigestError(operation: operation, code: 0, message: "") }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let message = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return DigestError(operation: operation, code: code, message: message)
    }
}
