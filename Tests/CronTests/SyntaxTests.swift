import Testing

@testable import Cron

@Suite("Syntax")
struct SyntaxTests {
    @Test(
        "a mistake is described with its place and a remedy",
        arguments: [
            ("60 * * * *", 0, "minute: 60 is not in 0-59"),
            ("0 2 * * 1,8", 10, "day-of-week: 8 is not in 0-7"),
            ("0  24\t* * *", 3, "hour: 24 is not in 0-23"),
            ("0 0 * 13 *", 6, "month: 13 is not in 1-12"),
            ("0 0 32 * *", 4, "day-of-month: 32 is not in 1-31"),
            ("99999999999999999999 * * * *", 0, "minute: 99999999999999999999 is not in 0-59"),
            ("59-0 * * * *", 0, "minute: 59-0 runs backwards; write 59,0"),
            ("0 22-2 * * *", 2, "hour: 22-2 runs backwards; write 22-23,0-2"),
            ("0 0 * * FRI-SUN", 8, "day-of-week: FRI-SUN runs backwards; write 5-7"),
            ("0 0 * * 7-3", 8, "day-of-week: 7-3 runs backwards; write 0-3"),
            ("0 0 * * FRI-MON", 8, "day-of-week: FRI-MON runs backwards; write 5-6,0-1"),
            ("0 0 * NOV-FEB *", 6, "month: NOV-FEB runs backwards; write 11-12,1-2"),
            (
                "*/0 * * * *", 2,
                "minute: 0 is not a step; write a whole number from 1 upwards after the slash"
            ),
            (
                "1,5/15 * * * *", 2,
                "minute: 5/15 has a step after a single number, which tools read in different ways; write 5-59/15"
            ),
            ("0 ,1 * * *", 2, "hour: an item of the list is empty; put a value before and after each comma"),
            ("0 1, * * *", 4, "hour: an item of the list is empty; put a value before and after each comma"),
            (
                "0 0 * * 5#6", 10,
                "day-of-week: 6 is not in 1-5; a month has a first to a fifth of each weekday"
            ),
            (
                "0 0 * * MONL", 8,
                "day-of-week: MONL is not a number in 0-7, one of SUN-SAT, or a form such as 5L or MON#2; write 1L"
            ),
            (
                "0 0 * * MONDAY", 8,
                "day-of-week: MONDAY is not a number in 0-7, one of SUN-SAT, or a form such as 5L or MON#2; "
                    + "names have three letters"
            ),
            ("0 0 ? * *", 4, "day-of-month: ? is not a number in 1-31, L or LW; write *"),
            ("0 2 * *", 0, "count: 4 fields where 5 are wanted: minute, hour, day of month, month, day of week"),
            (
                "0 2 * * * /usr/bin/backup", 10,
                "count: 6 fields where 5 are wanted: minute, hour, day of month, month, day of week; "
                    + "there is no field for seconds, years or a command"
            ),
            (
                " \t", 0,
                "count: the expression is empty; 5 are wanted: minute, hour, day of month, month, day of week"
            ),
            ("@daily 5", 7, "alias: 5 follows an alias, which must stand alone"),
            (
                "@Reboot", 0,
                "alias: @Reboot is refused: it names no instant, but the start of the machine; "
                    + "let the service manager run it at boot"
            ),
            (
                "@every 5m", 0,
                "alias: @every is refused: an interval without a first instant has no fixed times; "
                    + "write for example */5 * * * *"
            ),
            ("0\u{A0}2 * * * *", 0, "minute: '0<U+00A0>2' is not a number in 0-59"),
            ("٣ * * * *", 0, "minute: '٣' is not a number in 0-59"),
            ("0 0 30 2 *", 4, "day-of-month: 30 never fires: February has no day 30"),
            ("0 0 31 4,6 *", 4, "day-of-month: 31 never fires: neither April nor June has a day 31"),
            (
                "0 0 30,31 2 */2", 4,
                "day-of-month: 30,31 never fires: February has no day 30 or 31"
            ),
            (
                "0 0 */15 * MON#2", 4,
                "day-of-month: */15 never fires: days 1, 16 and 31 are never a second Monday"
            ),
            (
                "0 0 LW * */7", 4,
                "day-of-month: LW never fires: "
                    + "the last weekday (Monday to Friday) of the month is never a Sunday"
            ),
        ])
    func mistakes(_ text: String, offset: Int, says sentence: String) throws {
        let error = try #require(throws: CronSyntaxError.self) { try CronExpression(parsing: text) }
        #expect(error.description == sentence)
        #expect(error.offset == offset)
    }

    @Test(
        "an alias, names, letter case and blanks change nothing in the meaning",
        arguments: [
            ("@daily", "0 0 * * *"), ("@MIDNIGHT", "0 0 * * *"), ("@hourly", "0 * * * *"), ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), (" @annually\t", "0 0 1 1 *"),
            ("0 0 * jan-Mar mOn", "0 0 * 1-3 1"), ("\t0 \t0  * * 7 ", "0 0 * * 0"), ("0 0 * * 5-7", "0 0 * * 0,5,6"),
            ("00 02 01 * *", "0 2 1 * *"), ("0 0 l,lw * *", "0 0 LW,L * *"), ("0 0 * * 7L,0#2", "0 0 * * 0l,SUN#2"),
            ("7-7/2 * * * *", "7 * * * *"), ("0 0 * * 0-7", "0 0 * * 0-6"),
        ])
    func equivalent(_ one: String, _ other: String) throws {
        let (one, other) = (try CronExpression(parsing: one), try CronExpression(parsing: other))
        #expect(one.time == other.time && one.days == other.days && one.isWildcard == other.isWildcard)
    }

    @Test(
        "a job is wildcard when minute or hour begins with a star",
        arguments: [
            ("*/5 2 * * *", true), ("0 */2 * * *", true), ("*,5 2 * * *", true), ("@hourly", true),
            ("0-59 0-23 * * *", false), ("5,* 2 * * *", false), ("0 2 */2 * *", false), ("@daily", false),
        ])
    func wildcard(_ text: String, isWildcard: Bool) throws {
        #expect(try CronExpression(parsing: text).isWildcard == isWildcard)
    }

    @Test(
        "no text makes the parser crash or hang",
        arguments: [
            "", "*", ",", "-", "/", "#", "@", "L", "* * * * * *", "0 0 L-3 * *", "0 0 15W * *", "0 0 * * L",
            "0 0 * * #",
            "0 0 * * #2", "0 0 * * 1#", "0 0 * * 1#2#3", "0 0 * * 99L", "0 0 * * 8#1", "/5 * * * *", "*/ * * * *",
            "*/5/5 * * * *",
            "1--2 * * * *", "1-2-3 * * * *", "*/99999999999999999999 * * * *", "5-/2 * * * *", "0 0 1/5 * *",
            "e\u{301} * * * *", "\u{0} * * * *", "0 2 * * *\n", "🕑 * * * *", "0 @daily * * *", "@", "@@daily",
            "@\u{212A} * *", "0 0 L/2 * *", "0 0 1-L * *", "0 0 * * 5L/2", "0 0 * * 5L-6L",
            String(repeating: "9", count: 100_000) + " * * * *", String(repeating: "*,", count: 50_000) + " * * * *",
            String(repeating: "* ", count: 50_000),
        ])
    func hostile(_ text: String) throws {
        let error = try #require(throws: CronSyntaxError.self) { try CronExpression(parsing: text) }
        #expect(error.description.count < 400)
    }

    @Test("a step of any size is read without overflow")
    func largeStep() throws {
        let huge = try CronExpression(parsing: "5-59/9223372036854775806 2 * * *")
        #expect(huge.time == (try CronExpression(parsing: "5 2 * * *")).time)
        let many = try CronExpression(parsing: String(repeating: "5,", count: 10_000) + "5 2 * * *")
        #expect(many.time == (try CronExpression(parsing: "5 2 * * *")).time)
    }
}
