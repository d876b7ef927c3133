-- Exemption lists: headings that a tariff spares. An entry of 4, 6, 8 or 10 digits covers all codes below it.
CREATE TABLE exemption_lists (
    name VARCHAR PRIMARY KEY CHECK (name NOT IN ('', 'any')),
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    imported_at TIMESTAMP NOT NULL
);

-- entry is what the list says; prefix is the entry without the zeros that pad a shorter heading to ten digits.
CREATE TABLE exemptions (
    name VARCHAR NOT NULL,
    entry VARCHAR NOT NULL CHECK (regexp_full_match(entry, '[0-9]{4,10}')),
    prefix VARCHAR NOT NULL CHECK (regexp_full_match(prefix, '[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10}')),
    PRIMARY KEY (name, entry)
);
