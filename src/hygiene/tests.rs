//! How code speaks to the API, as people write it: the rules for single files on what they must say, and on what not.

use super::check::{self, File};
use crate::blob::Text;

/// The rules that hold in a file, without repetitions.
fn said(path: &str, text: &str) -> Vec<&'static str> {
    let file = Text::new(text.as_bytes());
    let mut rules: Vec<&str> =
        check::check(&File { path: path.as_bytes(), text: &file }).into_iter().map(|said| said.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn certificates_are_checked_where_the_key_is_sent() {
    for (path, text) in UNCHECKED {
        assert_eq!(said(path, text), ["certificate-check-off"], "{text}");
    }
}

#[test]
fn what_programs_wrote_is_read_in_time() {
    let one = r#"{"url":"https://api.konver.ai/v1?api_key=x","verify":{"rejectUnauthorized":false}},"#;
    for text in [one.repeat(20_000), format!("{one}\n").repeat(20_000)] {
        let start = std::time::Instant::now();
        assert!(!said("a.json", &text).is_empty());
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

#[test]
fn keys_stand_in_headers() {
    for (path, text) in IN_ADDRESSES {
        assert_eq!(said(path, text), ["key-in-query"], "{text}");
    }
}

#[test]
fn the_api_is_spoken_to_over_tls() {
    for (path, text) in PLAIN {
        assert_eq!(said(path, text), ["plain-http-request"], "{text}");
    }
}

#[test]
fn what_speaks_to_somebody_else_is_no_matter() {
    for (path, text) in FINE {
        assert_eq!(said(path, text), Vec::<&str>::new(), "{text}");
    }
}

const UNCHECKED: &[(&str, &str)] = &[
    ("a.py", "subprocess.run(['curl', '-s', '-k', 'https://api.konver.ai/v1'])"),
    (
        "a.py",
        r"class Konver:
    def __init__(self):
        self.base_url = 'https://api.konver.ai/'
    def auth(self):
        url = self.base_url + 'login'
        return requests.post(url, headers={'X-Api-Key': self.k}, verify=False)
    def other(self):
        return requests.get('https://hooks.example-corp.com/x')
",
    ),
    (
        "a.py",
        r"session = requests.Session()
session.verify = False
session.headers['X-Api-Key'] = key
session.get('https://api.konver.ai/v1/company/1')
requests.get('https://other.example-corp.com')
",
    ),
    (
        "a.py",
        r"with httpx.Client(verify=False) as client:
    client.get('https://api.konver.ai/v1', headers=h)
requests.get('https://other.example-corp.com')
",
    ),
    (
        "a.js",
        r"process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
fetch('https://api.konver.ai/v1');
fetch('https://other.example-corp.com');
",
    ),
    (
        "a.js",
        r#"process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = 0
fetch("https://api.konver.ai/v1")
"#,
    ),
    (
        "a.yml",
        r#"services:
  a:
    environment:
      NODE_TLS_REJECT_UNAUTHORIZED: "0"
      KONVER_API_KEY: ${KONVER_API_KEY}
"#,
    ),
    (
        "a.ts",
        r"const konver = axios.create({
  baseURL: process.env.KONVER_API_URL,
  httpsAgent: new https.Agent({ rejectUnauthorized: false }),
  headers: { 'X-Api-Key': process.env.KONVER_API_KEY },
});
",
    ),
    (
        "a.php",
        r"$ch = curl_init();
curl_setopt($ch, CURLOPT_URL, 'https://api.konver.ai/v1');
curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);
$other = curl_init('https://hooks.example-corp.com');
",
    ),
    (
        "a.php",
        r"$client = new Client(['base_uri' => 'https://api.konver.ai', 'verify' => false]);
",
    ),
    (
        "a.go",
        r#"tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
client := &http.Client{Transport: tr}
req, _ := http.NewRequest("GET", "https://api.konver.ai/v1", nil)
req.Header.Set("X-Api-Key", os.Getenv("KONVER_API_KEY"))
"#,
    ),
    (
        "a.rb",
        r"uri = URI('https://api.konver.ai/v1')
http = Net::HTTP.new(uri.host, uri.port)
http.verify_mode = OpenSSL::SSL::VERIFY_NONE
",
    ),
    (
        "a.cs",
        r#"handler.ServerCertificateCustomValidationCallback += (sender, cert, chain, errors) => { return true; };
var client = new HttpClient(handler);
client.BaseAddress = new Uri("https://api.konver.ai");
"#,
    ),
    (
        "a.cs",
        r#"handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
client.GetAsync("https://api.konver.ai/v1");
"#,
    ),
    (
        "a.ps1",
        r"Invoke-RestMethod -Uri https://api.konver.ai/v1 -Headers @{ 'X-Api-Key' = $env:KONVER_API_KEY } -SkipCertificateCheck
",
    ),
    (
        "a.sh",
        r#"curl \
  --insecure \
  --header "X-Api-Key: $KONVER_API_KEY" \
  'https://api.konver.ai/v1/company/1'
"#,
    ),
    (
        "a.py",
        r"async with session.get('https://api.konver.ai/v1', ssl=False, headers=h) as r: pass
",
    ),
    (
        "a.sh",
        r#"wget --no-check-certificate --header="X-Api-Key: $K" https://api.konver.ai/v1
"#,
    ),
    (
        "a.java",
        r#"CloseableHttpClient c = HttpClients.custom().setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE).build();
HttpGet g = new HttpGet("https://api.konver.ai/v1/company/1");
"#,
    ),
    (
        "a.dart",
        r"client.badCertificateCallback = (cert, host, port) => true;
final uri = Uri.parse('https://api.konver.ai/v1');
",
    ),
];

const IN_ADDRESSES: &[(&str, &str)] = &[
    (
        "a.js",
        r"const url = `${BASE}/v1/company?api_key=${key}`;
const BASE = 'https://api.konver.ai';
",
    ),
    (
        "a.py",
        r"r = requests.get('https://api.konver.ai/v1?apikey=' + key)
",
    ),
    (
        "a.ts",
        r"axios.get('https://api.konver.ai/v1/company', { params: { id, api_key: process.env.KONVER_API_KEY } });
",
    ),
    (
        "a.go",
        r#"q := req.URL.Query()
q.Add("api_key", os.Getenv("KONVER_API_KEY"))
const base = "https://api.konver.ai"
"#,
    ),
    (
        "a.cs",
        r#"var url = $"https://api.konver.ai/v1/company/{id}?x-api-key={key}";
"#,
    ),
    (
        "a.sh",
        r"curl -G https://api.konver.ai/v1 -d api_key=$KONVER_API_KEY
",
    ),
    (
        "a.java",
        r#"HttpUrl.parse("https://api.konver.ai/v1").newBuilder().addQueryParameter("api_key", key).build();
"#,
    ),
    (
        "a.py",
        r"params = {'access_token': token}
requests.get('https://api.konver.ai/v1', params=params)
",
    ),
    (
        "a.rb",
        r#"uri = URI("https://api.konver.ai/v1?token=#{token}")
"#,
    ),
    (
        "a.js",
        r"fetch('https://api.konver.ai/v1?' + new URLSearchParams({ api_key: key }))
",
    ),
    (
        "a.py",
        r#"url = f"https://api.konver.ai/v1/company/{id}?key={API_KEY}"
"#,
    ),
    (
        "a.kt",
        r#"@GET("v1/company") fun company(@Query("api_key") key: String)
const val BASE = "https://api.konver.ai"
"#,
    ),
];

const PLAIN: &[(&str, &str)] = &[
    (
        "a.ts",
        r"const client = new KonverClient({ baseUrl: 'http://api.konver.ai', apiKey: process.env.KONVER_API_KEY });
",
    ),
    (
        "a.yml",
        r"konver:
  url: http://api.konver.ai/v1
  headers:
    X-Api-Key: ${KONVER_API_KEY}
",
    ),
];

const FINE: &[(&str, &str)] = &[
    (
        "a.js",
        r"const { Pool } = require('pg');
const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
});
const company = () => fetch('https://api.konver.ai/v1/company/1', { headers: { 'X-Api-Key': process.env.KONVER_API_KEY } });
",
    ),
    (
        "a.ts",
        r"const pool = new Pool({ ...config, ssl: process.env.NODE_ENV === 'production' ? { rejectUnauthorized: false } : false })
fetch('https://api.konver.ai/v1', { headers: { 'X-Api-Key': key } })
",
    ),
    (
        "a.go",
        r#"conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
	InsecureSkipVerify: true,
})
const api = "https://api.konver.ai"
"#,
    ),
    (
        "a.py",
        r"payload = jwt.decode(token, SECRET, algorithms=['HS256'], verify=False)
requests.get('https://api.konver.ai/v1', headers={'X-Api-Key': key})
",
    ),
    (
        "a.py",
        r"self.pos.click_function_key('Safe', 5, verify=False)
requests.get('https://api.konver.ai/v1')
",
    ),
    (
        "a.sh",
        r#"curl -k https://localhost:8443/ready && curl -H "X-Api-Key: $KONVER_API_KEY" https://api.konver.ai/v1
"#,
    ),
    (
        "a.sh",
        r#"curl -H "X-Api-Key: $KONVER_API_KEY" https://api.konver.ai/v1 && curl -k https://localhost:8443/ready
"#,
    ),
    (
        "a.sh",
        r#"kubectl get pods -k; curl -H "X-Api-Key: $K" https://api.konver.ai/v1
"#,
    ),
    (
        "a.js",
        r"const mailer = nodemailer.createTransport({ host: process.env.SMTP_HOST, tls: { rejectUnauthorized: false } });
fetch('https://api.konver.ai/v1')
",
    ),
    (
        "a.py",
        r"KEY='x'
r = requests.get('https://api.konver.ai/v1', headers={'X-Api-Key': KEY})
r2 = requests.get(nas, headers={'X-Api-Key': KEY2}, verify=False)
",
    ),
    (
        "a.js",
        r"fetch(`https://maps.googleapis.com/maps/api?api_key=${k}`);
fetch('https://api.konver.ai/v1', {headers});
",
    ),
    (
        "a.py",
        r"client = Client('https://api.konver.ai', params={'page': 1, 'key': 'name'})
",
    ),
    (
        "a.ts",
        r"expect(url).not.toContain('https://api.konver.ai/v1?api_key=');
",
    ),
    (
        "a.py",
        r"log = re.sub(r'api.konver.ai(.*)api_key=[^&]+', '***', log)
",
    ),
    (
        "a.py",
        r"query = {'token': next_page}
requests.get('https://api.konver.ai/v1', params=query, headers=h)
",
    ),
    (
        "a.ts",
        r"if (url.startsWith('http://api.konver.ai')) throw new Error('plain http');
headers['X-Api-Key'] = key;
",
    ),
    (
        "a.py",
        r"assert not url.startswith('http://api.konver.ai')
headers={'X-Api-Key': k}
",
    ),
];
