import Testing

@testable import YAMLDocument

@Suite("Mistakes of syntax")
struct SyntaxMistakeTests {
    @Test(
        "are told with their place and what to do",
        arguments: [
            ("a:\n\tb: 1\n", "2:1: error: a tab cannot indent in YAML; use spaces"),
            ("a:\n  b: 1\n\tc: 2\n", "3:1: error: a tab cannot indent in YAML; use spaces"),
            ("a:\n  b: 1\n  \tc: 2\n", "3:3: error: a tab cannot indent in YAML; use spaces"),
            (
                "a: {\n\tb: c: d}\n",
                "2:6: error: the '{' of line 1 needs a ',' or '}' here; the line is indented with a "
                    + "tab: use spaces"
            ),
            ("-\t-\n", "1:2: error: a tab cannot stand here; use spaces"),
            ("a: 'open\nb: 1\n", "1:4: error: the quote that opens here is never closed"),
            ("a: \"open\n--- x\n", "1:4: error: the quote that opens here is never closed"),
            ("a: [1, 2\nb: 3\n", "2:2: error: the '[' of line 1 needs a ',' or ']' here"),
            ("a: {b: 1\nc: 3\n", "2:2: error: the '{' of line 1 needs a ',' or '}' here"),
            ("a: [1, 2", "1:4: error: the bracket or brace that opens here is never closed"),
            ("a:\n  {b: [1]\n", "2:3: error: the bracket or brace that opens here is never closed"),
            ("a: [1, {b: ", "2:1: error: the file ends where a value was expected; is a bracket or brace not closed?"),
            ("a: [1, ,]\n", "1:8: error: a value was expected here"),
            (
                "cron: * * * * *\n",
                "1:7: error: '*' at the start of a value begins an alias; put a text such as "
                    + "'*/5 * * * *' in quotes"
            ),
            (
                "a: & b\n",
                "1:4: error: '&' at the start of a value begins an anchor; put a text such as "
                    + "'*/5 * * * *' in quotes"
            ),
            ("a: @x\n", "1:4: error: no value can begin with '@'; put it in quotes"),
            ("a: `x`\n", "1:4: error: no value can begin with '`'; put it in quotes"),
            ("a: %x\n", "1:4: error: no value can begin with '%'; put it in quotes"),
            (
                "a: b: c\n",
                "1:5: error: a ': ' cannot stand here; put a text that contains it in quotes, or check the "
                    + "indentation"
            ),
            (
                "a: - b\n",
                "1:4: error: a '- ' cannot stand here; begin the list on a line of its own, or put the text in "
                    + "quotes"
            ),
            ("a: 1\nb\n", "2:1: error: there is no ':' after this key; write 'key: value', or indent it further"),
            ("- a\nb: 1\n", "2:1: error: a '- ' was expected here in the list of line 1; check the indentation"),
            (
                "a:\n    b: 1\n  c: 2\n",
                "3:3: error: a key was expected here in the mapping of line 1; check the "
                    + "indentation and the quotes"
            ),
            (
                "a: \"C:\\dir\"\n",
                "1:7: error: there is no such escape in double quotes; write '\\\\' for a backslash, or "
                    + "use single quotes"
            ),
            (
                "a: \"\\u00\"\n",
                "1:7: error: '\\x', '\\u' and '\\U' in double quotes need 2, 4 and 8 hexadecimal digits"
            ),
            ("a: |0\n  x\n", "1:5: error: the number after '|' or '>' must be from 1 to 9"),
            ("a: 1\n... b\n", "2:5: error: the document has ended; nothing but a comment or '---' may follow"),
            ("a: !x!y 1\n", "1:4: error: this tag's prefix is not declared; remove the tag"),
        ])
    func syntax(_ text: String, message: String) {
        #expect(refusal(text) == "f.yaml:" + message)
    }

    @Test(
        "of what a tree of configuration cannot have are told too",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", "3:1: error: the key 'a' is given twice, first on line 1"),
            ("a: 1\n\"a\": 3\n", "2:1: error: the key 'a' is given twice, first on line 1"),
            ("x: &k a\na: 1\n*k : 3\n", "3:1: error: the key 'a' is given twice, first on line 2"),
            (
                "a: &a {k: v}\nb:\n  <<: *a\n",
                "3:3: error: merge keys ('<<') are not read; write the keys out, or give the "
                    + "whole value an anchor and use its alias"
            ),
            (
                "{a: b}: c\n",
                "1:1: error: a list or mapping cannot be a key; put a text that begins with '{' or '[' in "
                    + "quotes"
            ),
            (
                "a: {{ x }}\n",
                "1:5: error: a list or mapping cannot be a key; put a text that begins with '{' or '[' in "
                    + "quotes"
            ),
            (
                "a: &l [1]\n*l : c\n",
                "2:1: error: a list or mapping cannot be a key; put a text that begins with '{' or "
                    + "'[' in quotes"
            ),
            (
                "a: &weekly 1\nb: *wekly\n",
                "2:4: error: there is no anchor '&wekly' before this alias; put a text that "
                    + "begins with '*' in quotes; did you mean '*weekly'?"
            ),
            ("a: &a [1, {b: *a}]\n", "1:15: error: the alias '*a' stands inside the value that it repeats"),
            ("a: !foo 1\n", "1:4: error: the tag '!foo' means nothing here; remove it, or put the text in quotes"),
            ("a: !!set {x}\n", "1:4: error: the tag '!!set' means nothing here; remove it, or put the text in quotes"),
            ("a: !!map [x]\n", "1:4: error: the tag '!!map' means nothing here; remove it, or put the text in quotes"),
            ("a: !!int 1.5\n", "1:4: error: '1.5' does not fit its tag !!int"),
            ("a: !!bool no\n", "1:4: error: 'no' does not fit its tag !!bool"),
            (
                "a: 1\n---\nb: 2\n",
                "2:1: error: a further document begins here, but a file may have only one document; "
                    + "remove the '---', or move what follows to a file of its own"
            ),
        ])
    func tree(_ text: String, message: String) {
        #expect(refusal(text) == "f.yaml:" + message)
    }

    @Test(
        "of bytes are told with the place in characters",
        arguments: [
            (Array("é: caf".utf8) + [0xE9, 0x0A], "1:7: error: this is not UTF-8 (byte 0xE9); save the file as UTF-8"),
            (
                Array("a: 1\r\nb: 2\rc: x".utf8) + [0x07],
                "3:5: error: the control character U+0007 may not be in a YAML "
                    + "file; remove it, or write it as an escape in double quotes"
            ),
            (
                [0xEF, 0xBB, 0xBF, 0x61, 0x00],
                "1:2: error: a NUL byte; the file is damaged, or in UTF-16 without a byte "
                    + "order mark"
            ),
            ([0xEF, 0xBB, 0xBF] + Array("@".utf8), "1:1: error: no value can begin with '@'; put it in quotes"),
            (
                Array("a: 1\nb: x\u{85}".utf8),
                "2:5: error: U+0085 stands here, an invisible line break that readers of "
                    + "YAML disagree about; remove it, or write \"\\u0085\" in double quotes"
            ),
            ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "1:1: error: the file is in UTF-32; save it as UTF-8"),
            (
                [0xFF, 0xFE, 0x61, 0, 0x00, 0xDC],
                "1:2: error: the file begins as UTF-16 but is broken off or damaged here; "
                    + "save it as UTF-8"
            ),
            (
                [0xFE, 0xFF, 0, 0x61, 0xD8],
                "1:2: error: the file begins as UTF-16 but is broken off or damaged here; save "
                    + "it as UTF-8"
            ),
        ] as [([UInt8], String)])
    func bytes(_ bytes: [UInt8], message: String) {
        #expect(refusal(bytes) == "f.yaml:" + message)
    }

    @Test("cannot put control characters or a flood of text into a message")
    func printable() throws {
        let message = try #require(refusal("\"\\e[31m\\u202e\": 1\n\"\\e[31m\\u202e\": 2\n"))
        #expect(message == "f.yaml:2:1: error: the key '\\u{1b}[31m\\u{202e}' is given twice, first on line 1")
        let long = String(repeating: "x", count: 900)
        #expect(try #require(refusal("\(long): 1\n\(long): 2\n")).count < 200)
    }
}
