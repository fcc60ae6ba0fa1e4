import Testing

@testable import YAMLDocument

/// Reads a text as a sample checklist: the value and all mistakes, without the file's name.
private func read(_ text: String) throws -> (SampleChecklist?, [String]) {
    let mistakes = MistakeCollector()
    let value = SampleChecklist.read(ValueReader(try parse(text), mistakes))
    return (value, mistakes.mistakes.map { String($0.description.dropFirst("f.yaml:".count)) })
}

@Suite("Reading values")
struct ReaderMistakeTests {
    @Test("a right file gives its values and no mistakes")
    func right() throws {
        let (value, mistakes) = try read(
            """
            title: 1.10
            cron: "0 2 * * 0"
            overlap: wait
            time_limit: 5m
            backoff: 3
            enabled: false
            tasks:
              - {task: backup, attempts: 3, with: {anything: [goes]}}
              - task: optimise
                needs: [backup]
                attempts: ~
            services: {api: local, "two": remote}
            """)
        #expect(mistakes == [])
        let expected = SampleChecklist(
            title: "1.10", cron: "0 2 * * 0", overlap: .wait, limit: 5, backoff: 3, enabled: false,
            tasks: [
                .init(name: "backup", needs: [], attempts: 3), .init(name: "optimise", needs: ["backup"], attempts: 1),
            ],
            services: ["api": "local", "two": "remote"])
        #expect(value == expected)
    }

    /// Each line is read together with what it leaves out of `title: x` and `tasks: [{task: a}]`, on lines 2 and 3.
    @Test(
        "a faulty value is told at its place",
        arguments: [
            ("cron: 0 2x * *", "1:10: error: 'cron': 'x' cannot be in a cron expression; did you mean '*'?"),
            ("cron: '0 2x * *'", "1:11: error: 'cron': 'x' cannot be in a cron expression; did you mean '*'?"),
            ("cron: \"0 2x * *\"", "1:11: error: 'cron': 'x' cannot be in a cron expression; did you mean '*'?"),
            ("cron: \"\\x30 2x\"", "1:7: error: 'cron': 'x' cannot be in a cron expression; did you mean '*'?"),
            ("cron: [0, 2]", "1:7: error: 'cron' must be a text, but is a list"),
            ("cron: {}", "1:7: error: 'cron' must be a text, but is a mapping"),
            ("cron: ''", "1:7: error: 'cron' must not be empty"),
            ("cron:", "1:1: error: 'cron' has no value; give one, or remove the key"),
            ("cron: # none yet", "1:1: error: 'cron' has no value; give one, or remove the key"),
            (
                "overlap: skp",
                "1:10: error: 'overlap' cannot be 'skp'; allowed: skip, wait, replace; did you mean 'skip'?"
            ),
            ("overlap: never", "1:10: error: 'overlap' cannot be 'never'; allowed: skip, wait, replace"),
            ("overlap: ''", "1:10: error: 'overlap' must not be empty"),
            ("overlap: [skip]", "1:10: error: 'overlap' must be a text, but is a list"),
            ("overlap: true", "1:10: error: 'overlap' cannot be 'true'; allowed: skip, wait, replace"),
            ("time_limit: soon", "1:13: error: 'time_limit': write minutes such as 15m"),
            ("time_limit: 5", "1:13: error: 'time_limit': write minutes such as 15m"),
            ("backoff: fast", "1:10: error: 'backoff' must be a number, but is the text 'fast'"),
            ("backoff: '2'", "1:10: error: 'backoff' must be a number, but is the text '2'; remove the quotes"),
            ("backoff: 0.5", "1:10: error: 'backoff' is 0.5, but must be from 1.0 to 10.0"),
            ("backoff: 11", "1:10: error: 'backoff' is 11.0, but must be from 1.0 to 10.0"),
            ("backoff: .inf", "1:10: error: 'backoff' must be a number, but is .inf"),
            ("backoff: .nan", "1:10: error: 'backoff' must be a number, but is .nan"),
            ("backoff: true", "1:10: error: 'backoff' must be a number, but is true"),
            ("backoff: [1]", "1:10: error: 'backoff' must be a number, but is a list"),
            (
                "enabled: yes",
                "1:10: error: 'enabled' must be true or false, but is the text 'yes'; did you mean 'true'?"
            ),
            (
                "enabled: Off",
                "1:10: error: 'enabled' must be true or false, but is the text 'Off'; did you mean 'false'?"
            ),
            (
                "enabled: 'true'",
                "1:10: error: 'enabled' must be true or false, but is the text 'true'; remove the quotes; "
                    + "did you mean 'true'?"
            ),
            ("enabled: 1", "1:10: error: 'enabled' must be true or false, but is 1"),
            ("enabled: {}", "1:10: error: 'enabled' must be true or false, but is a mapping"),
            ("services: api", "1:11: error: 'services' must be a mapping, but is the text 'api'"),
            (
                "services: {api: locl}",
                "1:17: error: 'api' cannot be 'locl'; allowed: local, remote; did you mean 'local'?"
            ),
            ("services: {api: }", "1:17: error: 'api' has no value; a text was expected"),
            ("services: {a b: local}", "1:13: error: a name has no blanks"),
            ("services: {'a b': local}", "1:14: error: a name has no blanks"),
            (
                "tilte: y",
                "1:1: error: unknown key 'tilte'; known here: title, cron, overlap, time_limit, backoff, enabled, "
                    + "tasks, services"
            ),
            ("overlaps: skip", "1:1: error: unknown key 'overlaps'; did you mean 'overlap'?"),
            ("time-limit: 5m", "1:1: error: unknown key 'time-limit'; did you mean 'time_limit'?"),
            ("'enabeld': true", "1:1: error: unknown key 'enabeld'; did you mean 'enabled'?"),
            (
                "\"\\e[1m\": 1",
                "1:1: error: unknown key '\\u{1b}[1m'; known here: title, cron, overlap, time_limit, backoff, "
                    + "enabled, tasks, services"
            ),
        ])
    func value(_ line: String, message: String) throws {
        #expect(try read("\(line)\ntitle: x\ntasks: [{task: a}]\n").1 == [message])
    }

    @Test(
        "a faulty list or nested mapping is told at its place",
        arguments: [
            ("tasks: a", ["1:8: error: 'tasks' must be a list, but is the text 'a'"]),
            ("tasks: {task: a}", ["1:8: error: 'tasks' must be a list, but is a mapping"]),
            ("tasks: []", ["1:8: error: 'tasks' has 0 items, but must have from 1 to 3"]),
            (
                "tasks:\n- task: a\n- task: b\n- task: c\n- task: d",
                [
                    "2:1: error: 'tasks' has 4 items, but must have from 1 "
                        + "to 3"
                ]
            ),
            ("tasks:", ["1:1: error: 'tasks' has no value; give one, or remove the key"]),
            ("tasks: ~", ["1:1: error: 'tasks' has no value; give one, or remove the key"]),
            ("tasks: [a]", ["1:9: error: an item of 'tasks' must be a mapping, but is the text 'a'"]),
            ("tasks:\n- ", ["2:2: error: an item of 'tasks' has no value; a mapping was expected"]),
            ("tasks: [{}]", ["1:9: error: the key 'task' is missing"]),
            (
                "tasks:\n- tsk: a",
                [
                    "2:3: error: the key 'task' is missing",
                    "2:3: error: unknown key 'tsk'; did you mean "
                        + "'task'?",
                ]
            ),
            ("tasks: [{task: a, needs: b}]", ["1:26: error: 'needs' must be a list, but is the text 'b'"]),
            (
                "tasks: [{task: a, needs: [[b], '', c]}]",
                [
                    "1:27: error: an item of 'needs' must be a text, but is a list",
                    "1:32: error: an item of 'needs' must not be empty",
                ]
            ),
            (
                "tasks: [{task: a, attempts: many}]",
                [
                    "1:29: error: 'attempts' must be a whole number, but is the text "
                        + "'many'"
                ]
            ),
            ("tasks: [{task: a, attempts: 0}]", ["1:29: error: 'attempts' is 0, but must be from 1 to 9"]),
            ("tasks: [{task: a, attempts: 2.5}]", ["1:29: error: 'attempts' must be a whole number, but is 2.5"]),
            (
                "tasks: [{task: a, attempts: '2'}]",
                [
                    "1:29: error: 'attempts' must be a whole number, but is the text '2'; "
                        + "remove the quotes"
                ]
            ),
            (
                "tasks: [{task: a, attempts: 99999999999999999999}]",
                [
                    "1:29: error: 'attempts' must be a whole number, but is "
                        + "the text '99999999999999999999'"
                ]
            ),
            ("tasks: [{task: a, attempts: 0x10}]", ["1:29: error: 'attempts' is 16, but must be from 1 to 9"]),
            (
                "tasks:\n- &t {task: a, attempts: 0}\n- *t",
                [
                    "2:26: error: 'attempts' is 0, but must be from 1 to 9",
                    "2:26: error: 'attempts' is 0, but must be from 1 to 9 (used by the alias on line 3)",
                ]
            ),
            (
                "tasks: [{task: a, with: 1, wiht: 2}]",
                [
                    "1:28: error: unknown key 'wiht'; known here: with, task, needs, "
                        + "attempts"
                ]
            ),
        ] as [(String, [String])])
    func nested(_ text: String, messages: [String]) throws {
        #expect(try read("\(text)\n\ntitle: x\n").1 == messages)
    }

    @Test(
        "a document of another shape is told as a whole",
        arguments: [
            ("", "1:1: error: the file is empty; a mapping was expected"),
            ("# nothing yet\n", "1:1: error: the file is empty; a mapping was expected"),
            ("just text\n", "1:1: error: the file must be a mapping, but is the text 'just text'"),
            ("- a\n", "1:1: error: the file must be a mapping, but is a list"),
            ("42\n", "1:1: error: the file must be a mapping, but is 42"),
        ])
    func document(_ text: String, message: String) throws {
        #expect(try read(text).1 == [message])
    }

    @Test("one pass finds all mistakes, in the order of the file")
    func all() throws {
        let (value, mistakes) = try read(
            """
            # a comment
            titel: x
            cron: "0 2 x * *"
            overlap: skip
            tasks:
              - task: a
                needs: backup
              - attempts: 12
            enabled: nope
            """)
        #expect(value == nil)
        #expect(
            mistakes == [
                "2:1: error: the key 'title' is missing",
                "2:1: error: unknown key 'titel'; did you mean 'title'?",
                "3:12: error: 'cron': 'x' cannot be in a cron expression; did you mean '*'?",
                "7:12: error: 'needs' must be a list, but is the text 'backup'",
                "8:5: error: the key 'task' is missing",
                "8:15: error: 'attempts' is 12, but must be from 1 to 9",
                "9:10: error: 'enabled' must be true or false, but is the text 'nope'",
            ])
    }

    @Test("a mistake that concerns several keys stands at the mapping")
    func several() throws {
        let (value, mistakes) = try read("title: x\ncron: '* *'\noverlap: skip\ntasks: [{task: a}]\n")
        #expect(value != nil)
        #expect(mistakes == ["1:1: error: 'cron' with 'overlap' needs 'time_limit'"])
    }

    @Test("a flood of mistakes is cut, and the rest counted")
    func flood() throws {
        let mistakes = MistakeCollector(limit: 10)
        let root = try parse((0..<1000).map { "tit\($0): x\n" }.joined())
        #expect(SampleChecklist.read(ValueReader(root, mistakes)) == nil)
        #expect(mistakes.mistakes.count == 10)
        #expect(mistakes.omitted == 992)
        #expect(!mistakes.isEmpty)
    }

    @Test("the facts of a mistake are there for programs")
    func facts() throws {
        let mistakes = MistakeCollector()
        _ = SampleChecklist.read(ValueReader(try parse("title: x\ntasks: [{task: a}]\ncorn: x\n"), mistakes))
        let mistake = try #require(mistakes.mistakes.first)
        #expect(mistake.position == SourcePosition(file: "f.yaml", line: 3, column: 1))
        #expect(mistake.message == "unknown key 'corn'")
        #expect(mistake.suggestion == "cron")
    }
}
