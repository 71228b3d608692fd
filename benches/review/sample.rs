//! A repository to review: files in the languages that the rules read, of the usual size, made of functions that do
//! what functions of a shop do.

/// Functions per file: a file has some 80 to 140 lines.
const FUNCTIONS: usize = 10;

const NOUNS: [&str; 12] = [
    "order", "invoice", "customer", "basket", "shipment", "refund", "voucher", "price", "stock", "payment", "address",
    "supplier",
];

/// A language: where its files are, what stands at their top, and its functions, NOUN and N to be filled in. The last
/// function has something in it that a review speaks of.
struct Language {
    folder: &'static str,
    extension: &'static str,
    top: &'static str,
    functions: [&'static str; 3],
    flawed: &'static str,
}

const LANGUAGES: [Language; 5] = [
    Language {
        folder: "shop",
        extension: "py",
        top: "import logging\nimport subprocess\n\nlog = logging.getLogger(__name__)\n",
        functions: [
            "
def load_NOUN_N(session, identifier):
    row = session.execute('select * from NOUN where id = ?', (identifier,)).fetchone()
    if row is None:
        raise LookupError(f'no NOUN {identifier}')
    log.debug('NOUN %s was loaded', identifier)
    return dict(row)
",
            "
def total_of_NOUN_N(items, rate=0.19):
    total = 0
    for item in items:
        amount = item['price'] * item.get('quantity', 1)
        if item.get('reduced'):
            amount = amount * 0.5
        total += amount
    return round(total * (1 + rate), 2)
",
            "
def group_NOUN_N(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row['NOUN'], []).append(row)
    return {key: sorted(group, key=lambda row: row['at']) for key, group in groups.items()}
",
        ],
        flawed: "
def print_NOUN_N(printer, text):
    log.info('printing NOUN on %s', printer)
    subprocess.run(f'lpr -P {printer} {text}', shell=True)
",
    },
    Language {
        folder: "web",
        extension: "js",
        top: "import { request } from './request.js';\n",
        functions: [
            "
export async function fetchNOUNN(id, options = {}) {
  const answer = await request(`/api/NOUN/${encodeURIComponent(id)}`, { ...options, method: 'GET' });
  if (!answer.ok) {
    throw new Error(`NOUN ${id}: ${answer.status}`);
  }
  return answer.json();
}
",
            "
export function sumNOUNN(items) {
  return items
    .filter((item) => item.active && item.amount > 0)
    .map((item) => item.amount * (item.quantity ?? 1))
    .reduce((sum, amount) => sum + amount, 0);
}
",
            "
export function formatNOUNN(value, currency = 'EUR') {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return value === undefined ? '-' : format.format(value);
}
",
        ],
        flawed: "
export function showNOUNN(element, text) {
  const label = `NOUN: ${text}`;
  element.innerHTML = label;
}
",
    },
    Language {
        folder: "admin",
        extension: "ts",
        top: "import type { Row } from './rows';\n",
        functions: [
            "
export interface NOUNViewN {
  id: number;
  title: string;
  rows: Row[];
  selected?: Row;
}
",
            "
export function selectNOUNN(view: { rows: Row[] }, id: number): Row | undefined {
  const found = view.rows.find((row) => row.id === id);
  if (found === undefined) {
    console.warn(`no NOUN ${id}`);
  }
  return found;
}
",
            "
export class NOUNStoreN {
  private rows = new Map<number, Row>();

  put(row: Row): void {
    this.rows.set(row.id, row);
  }

  get size(): number {
    return this.rows.size;
  }
}
",
        ],
        flawed: "
export function openNOUNN(target: Window, data: unknown): void {
  const message = { kind: 'NOUN', data };
  target.postMessage(message, '*');
}
",
    },
    Language {
        folder: "api",
        extension: "go",
        top: "package api\n\nimport (\n\t\"context\"\n\t\"crypto/tls\"\n\t\"database/sql\"\n\t\"fmt\"\n)\n",
        functions: [
            "
func FindNOUNN(ctx context.Context, db *sql.DB, id int64) (string, error) {
\tvar name string
\terr := db.QueryRowContext(ctx, \"select name from NOUN where id = $1\", id).Scan(&name)
\tif err != nil {
\t\treturn \"\", fmt.Errorf(\"finding NOUN %d: %w\", id, err)
\t}
\treturn name, nil
}
",
            "
func CountNOUNN(amounts []int64) (total int64) {
\tfor _, amount := range amounts {
\t\tif amount < 0 {
\t\t\tcontinue
\t\t}
\t\ttotal += amount
\t}
\treturn total
}
",
            "
type NOUNN struct {
\tID     int64  `json:\"id\"`
\tName   string `json:\"name\"`
\tAmount int64  `json:\"amount\"`
}
",
        ],
        flawed: "
func configNOUNN(host string) *tls.Config {
\treturn &tls.Config{ServerName: host, InsecureSkipVerify: true}
}
",
    },
    Language {
        folder: "core/src",
        extension: "rs",
        top: "use std::collections::HashMap;\n",
        functions: [
            "
/// The NOUN with this id.
pub fn find_NOUN_N(rows: &HashMap<u64, String>, id: u64) -> Result<&str, String> {
    rows.get(&id).map(String::as_str).ok_or_else(|| format!(\"no NOUN {id}\"))
}
",
            "
pub fn total_NOUN_N(amounts: &[i64]) -> i64 {
    let mut total = 0;
    for amount in amounts {
        if *amount > 0 {
            total += amount;
        }
    }
    total
}
",
            "
#[derive(Clone, Debug, Default)]
pub struct NOUNN {
    pub id: u64,
    pub name: String,
    pub amounts: Vec<i64>,
}
",
        ],
        flawed: "
pub fn bits_NOUN_N(value: f64) -> u64 {
    unsafe { std::mem::transmute::<f64, u64>(value) }
}
",
    },
];

/// One of the files of the repository.
pub(crate) struct File {
    pub(crate) path: String,
    number: usize,
    language: &'static Language,
}

impl File {
    pub(crate) fn of(number: usize) -> Self {
        let language = &LANGUAGES[number % LANGUAGES.len()];
        let noun = NOUNS[number % NOUNS.len()];
        let path = format!("{}/{noun}/part_{number}.{}", language.folder, language.extension);
        Self { path, number, language }
    }

    /// As it was at first.
    pub(crate) fn text(&self) -> String {
        let functions = (0..FUNCTIONS).map(|place| self.filled(self.language.functions[place % 3], place));
        self.language.top.to_owned() + &functions.collect::<String>()
    }

    /// After a number of changes in a row, each a new function, the last one with a flaw. Rows are told apart by their
    /// names: no text is that of another row.
    pub(crate) fn changed(&self, row: usize, changes: usize) -> String {
        let mut text = self.text();
        for change in 1..=changes {
            let function = if change == changes { self.language.flawed } else { self.language.functions[change % 2] };
            text.push_str(&self.filled(function, 100 * (row + 1) + change));
        }
        text
    }

    fn filled(&self, function: &str, place: usize) -> String {
        let noun = NOUNS[(self.number + place) % NOUNS.len()];
        // `NOUNN` is a name with the number at its end.
        let number = format!("{}_{place}", self.number);
        function
            .replace("NOUNN", &format!("{noun}{number}"))
            .replace("_N(", &format!("_{number}("))
            .replace("ViewN", &format!("View{number}"))
            .replace("StoreN", &format!("Store{number}"))
            .replace("NOUN", noun)
    }
}
