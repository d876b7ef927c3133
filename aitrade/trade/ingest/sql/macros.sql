-- How text in trade files becomes codes, dollars and months. Each gives NULL for what it cannot read; the import then
-- looks for such rows and refuses the file. aitrade/nomenclature/codes.py words the same rules for codes.

-- 8471.50.01.50 without its dots, where they stand in the customary places.
CREATE OR REPLACE TEMP MACRO undot(code) AS CASE
    WHEN regexp_full_match(trim(code), '[0-9]{4}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{2})?|\.[0-9]{4})?')
    THEN replace(trim(code), '.', '')
    ELSE trim(code)
END;

-- Ten digits, as such or before the description, as USA Trade Online writes them; with pad a code of nine gets its leading zero back.
CREATE OR REPLACE TEMP MACRO as_hs10(code, pad) AS CASE
    WHEN regexp_full_match(code, '[0-9]{10}') THEN code
    WHEN regexp_full_match(undot(code), '[0-9]{10}') THEN undot(code)
    WHEN regexp_full_match(code, '\s*[0-9]{10}[ :-]+\D.*') THEN left(ltrim(code), 10)
    WHEN pad AND regexp_full_match(undot(code), '[0-9]{9}') THEN '0' || undot(code)
END;

-- A total or a level above HS10: 2, 4, 6 or 8 digits, one fewer where zeros were lost, or "-" for all commodities.
CREATE OR REPLACE TEMP MACRO is_above_hs10(code, pad) AS
    length(code) <> 10 AND regexp_full_match(
        regexp_replace(undot(code), '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}) +\D.*', '\1'), CASE WHEN pad THEN '-|[0-9]{1,8}' ELSE '-|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}' END
    );

CREATE OR REPLACE TEMP MACRO as_cty_code(code, pad) AS CASE
    WHEN regexp_full_match(code, '[0-9]{4}|[1-9]XXX|-') THEN code
    WHEN regexp_full_match(trim(code), '[0-9]{4}\.0*') THEN left(trim(code), 4)
    WHEN regexp_full_match(trim(code), '[0-9]{4}|[1-9]XXX|-') THEN trim(code)
    WHEN pad AND regexp_full_match(trim(code), '[0-9]{1,3}') THEN lpad(trim(code), 4, '0')
END;

-- Whole dollars; a fraction of zeros is one that the source always writes, but .000 may as well be thousands. Commas
-- stand between thousands; 1e+05 is how R writes 100,000.
CREATE OR REPLACE TEMP MACRO as_dollars(amount) AS CASE
    WHEN regexp_full_match(amount, '[0-9]{1,18}') THEN CAST(amount AS BIGINT)
    WHEN regexp_full_match(trim(amount), '[0-9]{1,3}(\.[0-9]{3})+') THEN NULL
    WHEN regexp_full_match(trim(amount), '[0-9]{1,18}(\.0*)?') THEN CAST(split_part(trim(amount), '.', 1) AS BIGINT)
    WHEN regexp_full_match(trim(amount), '[1-9][0-9]{0,2}(,[0-9]{3}){1,5}(\.0*)?')
    THEN CAST(replace(split_part(trim(amount), '.', 1), ',', '') AS BIGINT)
    WHEN regexp_full_match(trim(amount), '[1-9][0-9]{0,2}([ \x{00A0}\x{202F}''\x{2019}][0-9]{3}){1,5}(\.0*)?')
    THEN CAST(regexp_replace(split_part(trim(amount), '.', 1), '[^0-9]', '', 'g') AS BIGINT)
    WHEN regexp_full_match(trim(amount), '[0-9](\.[0-9]{1,15})?[eE]\+?[0-9]{1,2}')
        AND TRY_CAST(trim(amount) AS DOUBLE) < 1e15
        AND TRY_CAST(trim(amount) AS DOUBLE) = floor(TRY_CAST(trim(amount) AS DOUBLE))
    THEN CAST(TRY_CAST(trim(amount) AS DOUBLE) AS BIGINT)
END;

-- An amount with dots between thousands and a comma before cents, the other way round.
CREATE OR REPLACE TEMP MACRO swap_commas(amount) AS replace(replace(trim(amount), '.', ''), ',', '.');

-- A quantity: units, with up to three digits of a fraction.
CREATE OR REPLACE TEMP MACRO as_quantity(amount) AS
    CASE WHEN regexp_full_match(trim(amount), '([0-9]{1,15}|[1-9][0-9]{0,2}(,[0-9]{3}){1,4})(\.[0-9]*)?')
    THEN TRY_CAST(replace(trim(amount), ',', '') AS DECIMAL(18, 3)) END;

-- What programs write where a value is missing.
CREATE OR REPLACE TEMP MACRO is_missing(amount) AS
    amount IS NULL OR lower(trim(amount)) IN ('', 'na', 'n/a', 'nan', 'null', 'none');

-- January, Jan., sept as numbers of months.
CREATE OR REPLACE TEMP MACRO month_of_name(name) AS CASE
    WHEN regexp_full_match(lower(trim(name)),
        'jan(uary)?\.?|feb(ruary)?\.?|mar(ch)?\.?|apr(il)?\.?|may|june?\.?|july?\.?|aug(ust)?\.?|sept?(ember)?\.?|'
        'oct(ober)?\.?|nov(ember)?\.?|dec(ember)?\.?')
    THEN list_position(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
        left(lower(trim(name)), 3))::TINYINT
END;

-- Every way to write a month as 2024-01, a year as 2024: 2024M01, 202401, 2024-1, 2024/01, 2024-01-31, 2024-01-01
-- 00:00:00, Jan-24, January 2024, JAN2024, 01JAN2024, 2024-Jan, 1/2024, 2024.0. A day has to be one of the calendar and is
-- passed over; NULL otherwise.
CREATE OR REPLACE TEMP MACRO plain_period(t) AS CASE
    WHEN regexp_full_match(t, '[0-9]{4}(-(0[1-9]|1[0-2]))?') THEN t
    WHEN regexp_full_match(t, '[0-9]{4}\.0*') THEN left(t, 4)
    WHEN regexp_full_match(t, '[0-9]{4}(0[1-9]|1[0-2])(\.0*)?') THEN left(t, 4) || '-' || substr(t, 5, 2)
    WHEN regexp_full_match(t, '[0-9]{4}[-/. ]?[mM]?[0-9]{1,2}')
    THEN left(t, 4) || '-' || lpad(regexp_extract(t, '[0-9]{1,2}$'), 2, '0')
    WHEN regexp_full_match(t, '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([ T][0-9:.]+( ?UTC|Z)?)?')
    THEN strftime(TRY_CAST(replace(replace(regexp_extract(t, '^[^ T]+'), '/', '-'), '.', '-') AS DATE), '%Y-%m')
    WHEN regexp_full_match(t, '[0-9]{8}') THEN strftime(TRY_STRPTIME(t, '%Y%m%d'), '%Y-%m')
    WHEN regexp_full_match(t, '[0-9]{1,2}[-/.][0-9]{4}')
    THEN right(t, 4) || '-' || lpad(regexp_extract(t, '^[0-9]+'), 2, '0')
    WHEN regexp_full_match(t, '[0-9]{4}[-/, ]+[A-Za-z]{3,9}\.?') AND month_of_name(regexp_extract(t, '[A-Za-z]+')) > 0
    THEN left(t, 4) || '-' || lpad(month_of_name(regexp_extract(t, '[A-Za-z]+'))::VARCHAR, 2, '0')
    WHEN regexp_full_match(t, '[0-9]{1,2}[- ]?[A-Za-z]{3}[- ]?[0-9]{4}')
    THEN strftime(TRY_STRPTIME(regexp_replace(t, '[- ]', '', 'g'), '%d%b%Y'), '%Y-%m')
    WHEN regexp_full_match(t, '[A-Za-z]{3,9}\.?[-/, ]*[0-9]{4}') AND month_of_name(regexp_extract(t, '^[A-Za-z]+')) > 0
    THEN right(t, 4) || '-' || lpad(month_of_name(regexp_extract(t, '^[A-Za-z]+'))::VARCHAR, 2, '0')
    WHEN regexp_full_match(t, '[A-Za-z]{3,9}\.?[-/ ]+[0-9]{2}') AND month_of_name(regexp_extract(t, '^[A-Za-z]+')) > 0
    THEN CASE WHEN right(t, 2) < '70' THEN '20' ELSE '19' END || right(t, 2) || '-'
        || lpad(month_of_name(regexp_extract(t, '^[A-Za-z]+'))::VARCHAR, 2, '0')
END;
CREATE OR REPLACE TEMP MACRO is_time(t) AS
    coalesce(regexp_full_match(plain_period(t), '(1989|199[0-9]|20[0-9]{2}|2100)(-(0[1-9]|1[0-2]))?'), false);
CREATE OR REPLACE TEMP MACRO year_of_time(t) AS
    CASE WHEN is_time(trim(t)) THEN CAST(left(plain_period(trim(t)), 4) AS SMALLINT) END;
CREATE OR REPLACE TEMP MACRO month_of_time(t) AS CASE
    WHEN NOT is_time(trim(t)) THEN NULL
    WHEN length(plain_period(trim(t))) = 4 THEN 0::TINYINT
    ELSE CAST(substr(plain_period(trim(t)), 6, 2) AS TINYINT)
END;
CREATE OR REPLACE TEMP MACRO as_year(y) AS CASE
    WHEN regexp_full_match(trim(y), '(1989|199[0-9]|20[0-9]{2}|2100)(\.0*)?') THEN CAST(left(trim(y), 4) AS SMALLINT)
END;
CREATE OR REPLACE TEMP MACRO as_month(m) AS CASE
    WHEN regexp_full_match(trim(m), '(0?[0-9]|1[0-2])(\.0*)?') THEN CAST(split_part(trim(m), '.', 1) AS TINYINT)
    WHEN regexp_full_match(trim(m), '[mM](0?[1-9]|1[0-2])') THEN CAST(substr(trim(m), 2) AS TINYINT)
    ELSE month_of_name(m)
END;
-- The month in a column beside that of years; it may repeat the year.
CREATE OR REPLACE TEMP MACRO month_beside(m, y) AS
    coalesce(as_month(m), CASE WHEN year_of_time(m) = y THEN nullif(month_of_time(m), 0) END);

-- Whether a text stands for the total over its column: empty, "-", Total, All Districts.
CREATE OR REPLACE TEMP MACRO is_total(part) AS
    part IS NULL OR regexp_full_match(lower(trim(part)), '(-|total\b.*|all\b.*|sum|subtotal\b.*|.*\btotal)?');
