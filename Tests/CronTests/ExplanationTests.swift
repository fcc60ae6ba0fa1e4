import Testing

@testable import Cron

@Suite("Explanations")
struct ExplanationTests {
    static let table: [(String, String, String)] = [
        ("0 2 * * *", "At 02:00, every day.", "À 2 h 00, tous les jours."),
        ("0 2 * * 0", "At 02:00 on Sundays.", "À 2 h 00, le dimanche."),
        ("*/15 * * * *", "Every 15 minutes.", "Toutes les 15 minutes."),
        ("0-59/15 0-23 * * *", "Every 15 minutes.", "Toutes les 15 minutes."),
        ("* * * * *", "Every minute.", "Toutes les minutes."),
        ("@hourly", "Every hour, on the hour.", "Toutes les heures, à l’heure pile."),
        ("5 * * * *", "At minute 5 of every hour.", "À la minute 5 de chaque heure."),
        (
            "5,10-12 * * * *", "At minutes 5 and 10 to 12 of every hour.",
            "Aux minutes 5 et 10 à 12 de chaque heure."
        ),
        (
            "7-59/5 * * * *", "Every 5 minutes from minute 7 to minute 57 of every hour.",
            "Toutes les 5 minutes de la minute 7 à la minute 57 de chaque heure."
        ),
        (
            "10-20 * * * *", "Every minute from minute 10 to minute 20 of every hour.",
            "Toutes les minutes de la minute 10 à la minute 20 de chaque heure."
        ),
        (
            "0,30 2,3 * * *", "At 02:00, 02:30, 03:00 and 03:30, every day.",
            "À 2 h 00, 2 h 30, 3 h 00 et 3 h 30, tous les jours."
        ),
        (
            "30 9-17 * * 1-5", "Every hour from 09:30 to 17:30, Monday to Friday.",
            "Toutes les heures, de 9 h 30 à 17 h 30, du lundi au vendredi."
        ),
        (
            "*/15 9-12,14-17 * * MON-FRI",
            "Every 15 minutes from 09:00 to 12:45 and from 14:00 to 17:45, Monday to Friday.",
            "Toutes les 15 minutes, de 9 h 00 à 12 h 45 et de 14 h 00 à 17 h 45, du lundi au vendredi."
        ),
        (
            "15 */6 * * *", "Every 6 hours from 00:15 to 18:15, every day.",
            "Toutes les 6 heures, de 0 h 15 à 18 h 15, tous les jours."
        ),
        (
            "*/10 */2 * * *", "Every 10 minutes in every second hour, from 00:00 to 22:50, every day.",
            "Toutes les 10 minutes, une heure sur deux, de 0 h 00 à 22 h 50, tous les jours."
        ),
        (
            "1-10 5 * * *", "Every minute from 05:01 to 05:10, every day.",
            "Toutes les minutes, de 5 h 01 à 5 h 10, tous les jours."
        ),
        (
            "5,35 9-12 * * *", "At minutes 5 and 35 of each hour, from 09:05 to 12:35, every day.",
            "Aux minutes 5 et 35 de chaque heure, de 9 h 05 à 12 h 35, tous les jours."
        ),
        ("0 2 1 * *", "At 02:00 on day 1 of the month.", "À 2 h 00, le 1er de chaque mois."),
        (
            "0 2 1,15 * *", "At 02:00 on days 1 and 15 of the month.", "À 2 h 00, le 1er et le 15 de chaque mois."
        ),
        ("0 2 1-7 * *", "At 02:00 on days 1 to 7 of the month.", "À 2 h 00, du 1er au 7 de chaque mois."),
        (
            "0 0 */2 * *", "At 00:00 on every second day from day 1 to day 31 of the month.",
            "À 0 h 00, un jour sur deux du 1er au 31 de chaque mois."
        ),
        ("0 2 L * *", "At 02:00 on the last day of the month.", "À 2 h 00, le dernier jour du mois."),
        (
            "0 2 15,L * *", "At 02:00 on day 15 and the last day of the month.",
            "À 2 h 00, le 15 et le dernier jour du mois."
        ),
        (
            "0 2 LW * *", "At 02:00 on the last weekday (Monday to Friday) of the month.",
            "À 2 h 00, le dernier jour de semaine (du lundi au vendredi) du mois."
        ),
        ("0 2 * * 5L", "At 02:00 on the last Friday of the month.", "À 2 h 00, le dernier vendredi du mois."),
        ("0 2 * * MON#2", "At 02:00 on the second Monday of the month.", "À 2 h 00, le deuxième lundi du mois."),
        (
            "0 2 * * SAT,MON#2,FRI#4",
            "At 02:00 on Saturdays as well as on the second Monday and the fourth Friday of the month.",
            "À 2 h 00, le samedi ainsi que le deuxième lundi et le quatrième vendredi du mois."
        ),
        (
            "0 0 1,15 * 5", "At 00:00 on days 1 and 15 of the month, and also on Fridays.",
            "À 0 h 00, le 1er et le 15 de chaque mois, et aussi le vendredi."
        ),
        (
            "0 0 */100,1-7 * MON", "At 00:00 on days 1 to 7 of the month, but only on Mondays.",
            "À 0 h 00, du 1er au 7 de chaque mois, mais seulement le lundi."
        ),
        ("0 0 1 1 *", "At 00:00 on 1 January.", "À 0 h 00, le 1er janvier."),
        (
            "0 0 15 4,8,10 *", "At 00:00 on 15 April, 15 August and 15 October.",
            "À 0 h 00, le 15 avril, le 15 août et le 15 octobre."
        ),
        (
            "0 0 1,15 4,8 *", "At 00:00 on days 1 and 15 of April and August.",
            "À 0 h 00, le 1er et le 15 des mois d’avril et août."
        ),
        (
            "0 0 1,15 6-9 *", "At 00:00 on days 1 and 15 of each month from June to September.",
            "À 0 h 00, le 1er et le 15 de chaque mois de juin à septembre."
        ),
        ("0 0 L 4 *", "At 00:00 on the last day of April.", "À 0 h 00, le dernier jour d’avril."),
        ("0 0 * 6-8 *", "At 00:00, every day from June to August.", "À 0 h 00, tous les jours de juin à août."),
        (
            "0 0 * 6-8 1-5", "At 00:00, Monday to Friday, from June to August.",
            "À 0 h 00, du lundi au vendredi, de juin à août."
        ),
        (
            "0 12 * 2-4,9 0", "At 12:00 on Sundays from February to April and in September.",
            "À 12 h 00, le dimanche, de février à avril et en septembre."
        ),
        (
            "0 0 * * 1-4,6", "At 00:00, Monday to Thursday and on Saturdays.",
            "À 0 h 00, du lundi au jeudi et le samedi."
        ),
        ("0 0 * * 5,6,0", "At 00:00, Friday to Sunday.", "À 0 h 00, du vendredi au dimanche."),
        (
            "0 0 1 1 1", "At 00:00 on 1 January, and also on Mondays in January.",
            "À 0 h 00, le 1er janvier, et aussi le lundi en janvier."
        ),
        ("0 0 1 * 0-6", "At 00:00, every day.", "À 0 h 00, tous les jours."),
    ]

    @Test("one sentence in English and in French", arguments: table)
    func sentences(_ text: String, english: String, french: String) throws {
        let expression = try CronExpression(parsing: text)
        #expect("\(expression.explanation(in: .english))" == english)
        #expect("\(expression.explanation(in: .french))" == french)
    }

    @Test(
        "what may surprise is said",
        arguments: [
            ("0 2 * * *", [String]()), ("0 0 */100,1-7 * MON", []), ("0 0 31 1,3 *", []), ("0 0 L * *", []),
            ("0 0 1,15 * 5", ["one of them is enough: it fires"]), ("0 0 1 * 0-6", ["one names every day"]),
            ("*/90 * * * *", ["only the value 0 is left"]), ("0 0 30 * *", ["fire in February, which is too short"]),
            ("0 0 31 */2 1", ["one of them is enough: it fires"]), ("30 2 29 2 *", ["common years"]),
            ("*/90 0 31 * *", ["only the value 0", "February, April, June, September or November, which are"]),
        ])
    func cautions(_ text: String, says fragments: [String]) throws {
        let expression = try CronExpression(parsing: text)
        let cautions = expression.explanation(in: .english).cautions
        #expect(cautions.count == fragments.count)
        for (caution, fragment) in zip(cautions, fragments) { #expect(caution.contains(fragment)) }
        #expect(expression.explanation(in: .french).cautions.count == fragments.count)
    }

    /// What an expression means, however it was written: its times, and its days in each kind of month.
    private struct Meaning: Hashable {
        let time: TimeRule
        let days: [BitSet]
        let months: BitSet

        init(_ expression: CronExpression) {
            time = expression.time
            months = expression.days.months
            days = (28...31).flatMap { length in
                (0..<7).map { expression.days.matching(length: length, firstWeekday: $0) }
            }
        }
    }

    @Test(
        "expressions that mean different things have different sentences", arguments: CronExplanation.Language.allCases)
    func exact(_ language: CronExplanation.Language) throws {
        let times = [
            "*", "*/5", "0-54/5", "5-59/5", "0", "30", "0,30", "0-30", "1,2", "1,2,3", "0-59/2", "1-59/2", "0-59/7",
            "7,9,50",
        ].flatMap { minute in
            ["*", "*/2", "1-23/2", "0-22/2", "9-17", "9", "9,10", "9,10,11,12", "1,5,6,7", "0-23/5", "8-12,14-18"].map {
                "\(minute) \($0)"
            }
        }
        let days = [
            "*", "1", "1,2,3", "1-31", "*/2", "2-30/2", "L", "LW", "1,L", "*/100,15", "1,15", "*/100,2,3", "28-31",
        ].flatMap { day in
            ["*", "2", "1,2,3", "1,3", "4-6,9", "*/2", "12"].flatMap { month in
                ["*", "1", "1-5", "0,6", "5L", "1#1,3", "*/2", "0-6", "1#1,1#2", "*/100,3", "1L,1-3"].map {
                    "\(day) \(month) \($0)"
                }
            }
        }
        let texts = Corpus.next.map(\.expr) + times.map { "\($0) * * *" } + days.map { "0 2 \($0)" }
        var meanings: [String: (Meaning, String)] = [:]
        for text in texts {
            // What never fires has no sentence.
            guard let expression = try? CronExpression(parsing: text) else { continue }
            let sentence = expression.explanation(in: language).sentence
            let meaning = Meaning(expression)
            #expect(
                !sentence.contains("  ") && !sentence.contains(" ,") && sentence.hasSuffix("."), "\(text): \(sentence)")
            if let (other, otherText) = meanings[sentence] {
                #expect(other == meaning, "\(text) and \(otherText) are both: \(sentence)")
            }
            meanings[sentence] = (meaning, text)
        }
        #expect(meanings.count > 800)
    }
}
