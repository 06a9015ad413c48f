"""Contact files of any origin: what is read from them and how the columns are understood."""

import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from domain.errors import Correctable
from tools.read.contact_file import ContactField, ContactFile, ContactRow, Limits, read_contact_file


def opened(text: str | bytes, **options: object) -> ContactFile:
    data = text.encode() if isinstance(text, str) else text
    return read_contact_file(data, name="people.csv", **options)  # type: ignore[arg-type]


def first(text: str | bytes) -> ContactRow:
    return next(opened(text).rows())


def mapped(file: ContactFile) -> dict[str, str]:
    return {guess.column: guess.field.value for guess in file.mapping if guess.field}


PLAIN = "Company,Website,Name,Email\nAcme GmbH,https://www.acme.example/,Anna Weiss,anna@acme.example\n"


def test_a_plain_file_is_read() -> None:
    row = first(PLAIN)
    assert (row.row, row.company, row.domain) == (2, "Acme GmbH", "acme.example")
    assert (row.name, row.email) == ("Anna Weiss", "anna@acme.example")


def test_the_english_export_of_a_lead_database_is_understood() -> None:
    file = opened(
        "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Corporate Phone,"
        "# Employees,Industry,Person Linkedin Url,Website,City,Country\n"
        "Anna,Weiss,CEO,Acme Dental GmbH,Acme,anna@acme.example,Verified,+49 30 901820,45,dental practices,"
        "http://www.linkedin.com/in/aw,http://www.acme.example,Berlin,Germany\n"
    )
    row = next(file.rows())
    assert mapped(file)["Company"] == "company"
    assert not {"Company Name for Emails", "Email Status", "Person Linkedin Url"} & mapped(file).keys()
    assert (row.name, row.title, row.phone, row.country) == ("Anna Weiss", "CEO", "+4930901820", "DE")
    assert (row.staff_min, row.staff_max, row.industry) == (45, 45, "dental practices")
    assert ("Email Status", "Verified") in row.extra


def test_the_owner_column_of_a_crm_is_not_the_contact() -> None:
    file = opened(
        "Record ID,First Name,Last Name,Email,Owner name,Associated Company,Company Domain Name,Job Title\n"
        "1,Anna,Weiss,anna@acme.example,Tom Owner,Acme,acme.example,CEO\n"
    )
    assert "Owner name" not in mapped(file)
    assert next(file.rows()).name == "Anna Weiss"


@pytest.mark.parametrize(
    ("text", "company", "name"),
    [
        (
            "Firma;Ansprechpartner;E-Mail-Adresse\nAcme GmbH;Anna Weiß;anna@acme.example\n",
            "Acme GmbH",
            "Anna Weiß",
        ),
        (
            "Société;Prénom;Nom;Courriel\nDupont SARL;Marie;Dupont;marie@dupont.example\n",
            "Dupont SARL",
            "Marie Dupont",
        ),
        (
            "Empresa\tNombre\tApellidos\tCorreo electrónico\nSol SL\tEva\tRuiz Gil\teva@sol.example\n",
            "Sol SL",
            "Eva Ruiz Gil",
        ),
        ("companyName|contactName|emailAddress\nAcme|Anna Weiss|a@acme.example\n", "Acme", "Anna Weiss"),
        (
            "Bedrijfsnaam,Voornaam,Achternaam,E-mailadres\nTuin BV,Jan,Bos,jan@tuin.example\n",
            "Tuin BV",
            "Jan Bos",
        ),
    ],
)
def test_headers_in_other_languages_and_spellings(text: str, company: str, name: str) -> None:
    row = first(text)
    assert (row.company, row.name) == (company, name)


def test_a_column_called_name_is_a_company_beside_a_site_and_a_person_beside_a_company() -> None:
    companies = opened("Name,Website,Country\nAcme Dental,acme.example,DE\nBlue,blue.example,Austria\n")
    people = opened("Name,Email,Company\nAnna Weiss,anna@acme.example,Acme\n")
    assert mapped(companies)["Name"] == "company"
    assert mapped(people)["Name"] == "name"


def test_a_name_is_told_by_its_address_when_nothing_else_tells() -> None:
    people = opened("Name,Email\nAnna Weiss,anna.weiss@acme.example\nBob Ray,bob@blue.example\n")
    companies = opened(
        "Name,Email\nAcme Dental,info@acme-dental.example\nBlue Door,office@bluedoor.example\n"
    )
    assert mapped(people)["Name"] == "name"
    assert mapped(companies)["Name"] == "company"


def test_a_file_without_a_header_is_told_by_its_cells() -> None:
    row = first("anna@acme.example,Anna Weiss,Acme GmbH,https://acme.example\n")
    assert (row.row, row.email, row.company, row.domain) == (
        1,
        "anna@acme.example",
        "Acme GmbH",
        "acme.example",
    )


def test_titles_and_blank_lines_above_the_header_are_skipped() -> None:
    row = first("All my contacts,,\n,,\nCompany,Email,City\n\nAcme,anna@acme.example,Bremen\n")
    assert (row.row, row.company, row.city) == (5, "Acme", "Bremen")


def test_what_the_person_said_about_a_column_wins() -> None:
    text = "X,Y\nAcme,anna@acme.example\n"
    file = opened(text, mapping={"X": ContactField.COMPANY})
    assert next(file.rows()).company == "Acme"
    assert file.mapping[0].confidence == 1.0
    assert "Email" not in mapped(opened(PLAIN, mapping={"Email": None}))
    with pytest.raises(Correctable, match='no column "Z"'):
        opened(text, mapping={"Z": ContactField.COMPANY})


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(encoding: str, delimiter: str) -> None:
    text = "Firma,Ort,E-Mail\r\nZahnärzte Köln,Köln,info@köln.example\r\nBäckerei Groß,Gießen,a@b.example\r\n"
    row = first(text.replace(",", delimiter).encode(encoding))
    assert (row.company, row.city) == ("Zahnärzte Köln", "Köln")
    assert row.email == "info@xn--kln-sna.example"


def test_latin_1_text_is_read() -> None:
    row = first("Firma,E-Mail\nCafé Müller,info@cafe.example\n".encode("latin-1"))
    assert row.company == "Café Müller"


def test_the_delimiter_a_spreadsheet_names_is_used() -> None:
    assert first("sep=;\nCompany;City\nAcme, Inc;Bremen, Mitte\n").company == "Acme, Inc"


def test_quoted_line_breaks_and_quotes_stay_in_their_cell() -> None:
    text = (
        'Company,Notes,Email\n"Acme ""The Best"", Inc","calls\nback",anna@acme.example\nBlue,,b@b.example\n'
    )
    rows = list(opened(text).rows())
    assert rows[0].company == 'Acme "The Best", Inc'
    assert rows[0].notes == "calls\nback"
    assert (rows[1].row, rows[1].line) == (3, 4)


def test_stray_quotes_inside_a_line_are_text() -> None:
    text = 'Company,City,Email\n"Bob "the" Builder",Bonn,b@bob.example\n5" Pipes,Kiel,p@pipes.example\n'
    assert [row.company for row in opened(text).rows()] == ['Bob "the" Builder', '5" Pipes']


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("40", 40, 40),
        ("50-200", 50, 200),
        ("51–200 employees", 51, 200),
        ('"1,000+"', 1000, None),
        ("10.000", 10_000, 10_000),
        ("250.0", 250, 250),
        ("2k", 2000, 2000),
        ("<10", None, 10),
        ("bis 20", None, 20),
    ],
)
def test_staff_is_read_as_people_write_it(written: str, low: int | None, high: int | None) -> None:
    row = first(f"Company,Employees\nAcme,{written}\n")
    assert (row.staff_min, row.staff_max) == (low, high)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-03-04T10:00:00Z", date(2026, 3, 4)),
        ("04.03.2026", date(2026, 3, 4)),
        ("03/04/2026", date(2026, 3, 4)),
        ("3/4/26", date(2026, 3, 4)),
        ("25/12/2025", date(2025, 12, 25)),
        ("4. März 2026", date(2026, 3, 4)),
        ("46085", date(2026, 3, 4)),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, expected: date) -> None:
    assert first(f"Company,Last contacted\nAcme,{written}\n").last_contact == expected


def test_a_column_decides_how_its_dates_are_written() -> None:
    rows = list(opened("Company,Last contacted\nAcme,03/04/2026\nBlue,25/12/2025\n").rows())
    assert rows[0].last_contact == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("written", "zone"),
    [("europe/berlin", "Europe/Berlin"), ("W. Europe Standard Time", "Europe/Berlin"), ("UTC", "UTC")],
)
def test_zones_are_iana_names(written: str, zone: str) -> None:
    assert first(f"Company,Time zone\nAcme,{written}\n").zone == zone


@pytest.mark.parametrize("written", ["Germany", "DE", "Deutschland", "Allemagne", "germany ", "DEU"])
def test_countries_have_many_names(written: str) -> None:
    assert first(f"Company,Country\nAcme,{written}\n").country == "DE"


def test_a_business_address_gives_the_domain_and_free_mail_does_not() -> None:
    rows = list(opened("Company,Email\nAcme,anna@mail.acme.example\nBlue,blue@gmail.com\n").rows())
    assert [row.domain for row in rows] == ["acme.example", ""]


@pytest.mark.parametrize("host", ["acme.example", "acme.test", "acme.de"])
def test_rehearsal_addresses_are_accepted(host: str) -> None:
    assert first(f"Company,Email\nAcme,Anna <anna@{host.upper()}>\n").email == f"anna@{host}"


async def test_batches_give_the_same_rows() -> None:
    text = "Company,Email\n" + "".join(f"Acme {n},a{n}@acme{n}.example\n" for n in range(1_234))
    file = opened(text)
    batches = [batch async for batch in file.batches(500)]
    assert [len(batch) for batch in batches] == [500, 500, 234]
    assert [row for batch in batches for row in batch] == list(file.rows())


def _list_of(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("First Name,Last Name,Company,Email,Phone,Country,Website,Notes\n")
        for n in range(rows):
            file.write(
                f'Anna,Weiss,Acme {n} GmbH,a@acme{n}.example,+49 30 {100000 + n},DE,acme{n}.example,"a\nb"\n'
            )
    return path


def test_every_row_of_a_long_file_is_read(tmp_path: Path) -> None:
    path = _list_of(tmp_path / "many.csv", 3_000)
    assert sum(1 for _ in read_contact_file(path).rows()) == 3_000


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = read_contact_file(_list_of(tmp_path / "some.csv", 2_000), limits=Limits())
    next(file.rows())  # tables of words and countries are loaded once
    tracemalloc.start()
    try:
        assert sum(1 for _ in file.rows()) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()
