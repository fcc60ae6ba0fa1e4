/// Small numbers from 0 to 63 as the bits of one word.
struct BitSet: Hashable, Sendable {
    var bits: UInt64 = 0

    var isEmpty: Bool { bits == 0 }
    var count: Int { bits.nonzeroBitCount }

    /// The least member, or 64 if there is none.
    var first: Int { bits.trailingZeroBitCount }

    /// The greatest member, or -1 if there is none.
    var last: Int { 63 - bits.leadingZeroBitCount }

    /// The members in ascending order.
    var members: [Int] { (0..<64).filter { contains($0) } }

    func contains(_ member: Int) -> Bool { bits >> UInt64(member) & 1 == 1 }

    /// The least member that is not below the bound, or 64.
    func first(from bound: Int) -> Int { (bits & (~0 << UInt64(bound))).trailingZeroBitCount }

    mutating func insert(_ member: Int) { bits |= 1 << UInt64(member) }

    /// Adds the values of ranges with their steps, and leaves the forms of the day fields aside.
    mutating func insert(_ items: [CronItem]) {
        for case .values(let range, let step) in items {
            // A step may be as large as an Int; beyond 64 it changes nothing but could overflow.
            for member in stride(from: range.lowerBound, through: range.upperBound, by: min(step, 64)) {
                insert(member)
            }
        }
    }
}
