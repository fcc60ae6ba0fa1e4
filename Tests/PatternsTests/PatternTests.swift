import Testing

@testable import Patterns

@Suite("Patterns")
struct PatternTests {
    @Test(
        "fits what the whole pattern describes",
        arguments: [
            ("abc", "abc", true), ("abc", "abcd", false), ("abc", "xabc", false), ("", "", true), ("", "a", false),
            ("a*", "", true), ("a+", "", false), ("a+", "aaa", true), ("a?b", "b", true), ("a?b", "aab", false),
            ("a|bc|", "bc", true), ("a|bc|", "", true), ("a|bc", "abc", false), ("(ab)+", "ababab", true),
            ("(?:ab){2,3}", "ab", false), ("(?:ab){2,3}", "ababab", true), ("(?:ab){2,3}", "abababab", false),
            ("a{3}", "aaa", true), ("a{2,}", "aaaaa", true), ("a{2,}", "a", false), ("a{0}", "", true),
            (".", "é", true), (".", "\n", false), ("[^a-c]", "d", true), ("[^a-c]", "b", false), ("[a-]", "-", true),
            ("[\\d.]+", "1.5", true), ("\\w+", "a_9", true), ("\\w", "é", false), ("\\s", "\t", true),
            ("\\S+", "a b", false), ("\\D", "7", false), ("\\x41", "A", true), ("\\u00e9", "é", true),
            ("^abc$", "abc", true), ("a^b", "ab", false), ("(a|^)b", "b", true), ("\\.", "x", false),
            ("[^\\x00-\\x20#]*", "a#", false),
            ("a*?b", "aab", true), ("[]", "", false), ("(|a)*b", "aab", true),
            ("@?((~|-?[0-9]+):)?[0-9]*", "@~:10", true),
        ])
    func matching(_ pattern: String, _ text: String, _ fits: Bool) throws {
        #expect(try TextPattern(parsing: pattern).matches(text) == fits)
    }

    @Test(
        "says where a pattern cannot be read",
        arguments: [
            ("a)", 1), ("(a", 0), ("[a", 0), ("a**", 2), ("*a", 0), ("a{2", 1), ("a{3,2}", 1), ("a{1001}", 1),
            ("(?=a)", 0), ("(?<n>a)", 0), ("\\1", 0), ("\\b", 0), ("\\", 0), ("[z-a]", 1), ("[a-\\d]", 1), ("\\x4", 0),
            ("^*", 0), ("a{", 1), ("ab\\q", 2), ("\\u+123", 0),
        ])
    func faults(_ pattern: String, _ offset: Int) throws {
        let fault = try #require(throws: PatternFault.self) { try TextPattern(parsing: pattern) }
        #expect(fault.offset == offset, "\(fault)")
    }

    @Test(
        "ends soon however a pattern is made",
        arguments: [
            "(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*a){20}b", "((a*)*)*b", "(a?){500}a{500}b", "([a-z]+)*=([a-z]+)*",
        ])
    func catastrophes(_ pattern: String) throws {
        let time = try ContinuousClock().measure {
            let compiled = try TextPattern(parsing: pattern)
            #expect(!compiled.matches(String(repeating: "a", count: 1000)))
        }
        #expect(time < .seconds(5))  // backtracking would take longer than the universe has lasted
    }

    @Test(
        "refuses what would grow too large",
        arguments: [
            "((a{1000}){1000}){1000}", "((){1000}){1000}", String(repeating: "(", count: 60),
            String(repeating: "a", count: 2001),
        ])
    func growth(_ pattern: String) {
        #expect(throws: PatternFault.self) { try TextPattern(parsing: pattern) }
    }

    @Test("does not fit a text that is longer than any parameter should be")
    func longText() throws {
        let pattern = try TextPattern(parsing: "a*")
        #expect(pattern.matches(String(repeating: "a", count: TextPattern.longestText)))
        #expect(!pattern.matches(String(repeating: "a", count: TextPattern.longestText + 1)))
    }
}
