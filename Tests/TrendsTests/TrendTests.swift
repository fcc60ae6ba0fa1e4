import Foundation
import Testing

@testable import Trends

private let noon = Date(timeIntervalSince1970: 1_795_262_400)
private let day: TimeInterval = 86_400

private func samples(_ values: [Double], every step: TimeInterval = day) -> [Sample] {
    values.enumerated().map { Sample(at: noon.addingTimeInterval(Double($0) * step), value: $1) }
}

struct TrendTests {
    @Test(
        "the growth of a day is that of most days",
        arguments: [
            ([10, 20, 30, 40], 10), ([40, 30, 20], -10), ([5, 5, 5, 5], 0),
            // A clean-up in the middle, and one wrong sample.
            ([10, 20, 30, 0, 10, 20, 30, 40, 50, 60], 10), ([10, 20, 9_000, 40, 50, 60], 10),
        ] as [([Double], Double)])
    func slope(values: [Double], perDay: Double) throws {
        let trend = try #require(Trend(samples(values)))
        #expect(abs(trend.perDay - perDay) <= abs(perDay) * 0.3 + 0.001, "\(trend.perDay)")
    }

    @Test("too few samples, or too short a time, are no trend")
    func tooLittle() {
        #expect(Trend([]) == nil)
        #expect(Trend(samples([1, 2])) == nil)
        #expect(Trend(samples([1, 2, 3, 4], every: 3600)) == nil)
        #expect(Trend(samples([1, .nan, .infinity])) == nil)
    }

    @Test("the date of a limit counts from the newest sample")
    func date() throws {
        let trend = try #require(Trend(samples([10, 20, 30])))
        #expect(trend.reaches(50) == noon.addingTimeInterval(4 * day))
        #expect(trend.reaches(30) == nil)
        #expect(trend.reaches(10) == nil)
        #expect(trend.reaches(1e9) == nil)
        let falling = try #require(Trend(samples([30, 20, 10])))
        #expect(falling.reaches(0) == noon.addingTimeInterval(3 * day))
        #expect(falling.reaches(40) == nil)
    }
}
