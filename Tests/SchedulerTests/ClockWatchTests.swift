import Foundation
import Testing

@testable import Scheduler

/// What three clocks tell between two looks.
struct ClockWatchTests {
    @Test(
        "a clock that was set and a machine that slept are told apart",
        arguments: [
            // wall, awake, passed: by how much each moved, in seconds
            (30.0, 30.0, 30.0, []), (31.5, 30, 30, []), (28.5, 30, 30, []),
            (90, 30, 30, [ClockWatch.Change.set(by: 60)]), (-30, 30, 30, [.set(by: -60)]),
            (3600, 30, 3600, [.slept(3570)]), (30, 30, 3600, [.slept(3570), .set(by: -3570)]),
            (63_072_030, 30, 30, [.set(by: 63_072_000)]),
        ])
    func changes(wall: Double, awake: Double, passed: Double, changes: [ClockWatch.Change]) {
        var watch = ClockWatch()
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(watch.look(.init(wall: start, awake: .seconds(100), passed: .seconds(500))).isEmpty)
        let next = ClockWatch.Reading(
            wall: start.addingTimeInterval(wall), awake: .seconds(100 + awake), passed: .seconds(500 + passed))
        #expect(watch.look(next) == changes)
        #expect(watch.look(next).isEmpty)
    }
}
