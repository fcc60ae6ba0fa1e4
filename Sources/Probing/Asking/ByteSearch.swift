import Glibc

/// Looks for a text in a body.
///
/// `firstRange(of:)` takes half a minute for a body of 60 MB, and `memmem` is not imported.
package enum ByteSearch {
    package static func holds(_ body: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        guard body.count >= wanted.count else { return false }
        return body.withUnsafeBytes { body in
            wanted.withUnsafeBytes { wanted in
                guard var place = body.baseAddress, let word = wanted.baseAddress else { return false }
                let end = place + (body.count - wanted.count + 1)
                while place < end, let found = memchr(place, Int32(first), end - place) {
                    if memcmp(found, word, wanted.count) == 0 { return true }
                    place = UnsafeRawPointer(found) + 1
                }
                return false
            }
        }
    }
}
