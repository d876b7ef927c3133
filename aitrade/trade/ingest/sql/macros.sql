-- How text in trade files becomes codes, dollars and months. Each gives NULL for what it cannot read; the import then
-- looks for such rows and refuses the file. aitrade/nomenclature/codes.py words the same rules for codes.

-- 8471.50.01.50 without its dots, where they stand in the customary places.
CREATE OR REPLACE TEMP MACRO undot(code) AS CASE
    WHEN regexp_full_match(trim(code), '[0-9]{4}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{2})?|\.[0-9]{4})?')
    THEN replace(trim(code), '.', '')
    ELSE trim(code)
END;

-- Ten digits; with pad a code of nine gets its leading zero back.
CREATE OR REPLACE TEMP MACRO as_hs10(code, pad) AS CASE
    WHEN regexp_full_match(code, '[0-9]{10}') THEN code
    WHEN regexp_full_match(undot(code), '[0-9]{10}') THEN undot(code)
    WHEN pad AND regexp_full_match(undot(code), '[0-9]{9}') THEN '0' || undot(code)
END;

-- A total or a level above HS10: 2, 4, 6 or 8 digits, one fewer where zeros were lost, or "-" for all commodities.
CREATE OR REPLACE TEMP MACRO is_above_hs10(code, pad) AS
    length(code) <> 10 AND regexp_full_match(
        undot(code), CASE WHEN pad THEN '-|[0-9]{1,8}' ELSE '-|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}' END
    );

CREATE OR REPLACE TEMP MACRO as_cty_code(code, pad) AS CASE
    WHEN regexp_full_match(code, '[0-9]{4}|[1-9]XXX|-') THEN code
    WHEN regexp_full_match(trim(code), '[0-9]{4}|[1-9]XXX|-') THEN trim(code)
    WHEN pad AND regexp_full_match(trim(code), '[0-9]{1,3}') THEN lpad(trim(code), 4, '0')
END;

-- Whole dollars; a fraction of zeros is one that the source always writes.
CREATE OR REPLACE TEMP MACRO as_dollars(amount) AS CASE
    WHEN regexp_full_match(amount, '[0-9]{1,18}') THEN CAST(amount AS BIGINT)
    WHEN regexp_full_match(trim(amount), '[0-9]{1,18}(\.0*)?') THEN CAST(split_part(trim(amount), '.', 1) AS BIGINT)
END;

-- 2024-01, or 2024 for a yearly total; a day behind the month is passed over.
CREATE OR REPLACE TEMP MACRO is_time(t) AS
    regexp_full_match(t, '(1989|199[0-9]|20[0-9]{2}|2100)(-(0[1-9]|1[0-2])(-[0-9]{2})?)?');
CREATE OR REPLACE TEMP MACRO year_of_time(t) AS CASE WHEN is_time(trim(t)) THEN CAST(left(trim(t), 4) AS SMALLINT) END;
CREATE OR REPLACE TEMP MACRO month_of_time(t) AS CASE
    WHEN NOT is_time(trim(t)) THEN NULL
    WHEN length(trim(t)) = 4 THEN 0::TINYINT
    ELSE CAST(substr(trim(t), 6, 2) AS TINYINT)
END;
CREATE OR REPLACE TEMP MACRO as_year(y) AS CASE
    WHEN regexp_full_match(trim(y), '1989|199[0-9]|20[0-9]{2}|2100') THEN CAST(trim(y) AS SMALLINT)
END;
CREATE OR REPLACE TEMP MACRO as_month(m) AS CASE
    WHEN regexp_full_match(trim(m), '0?[0-9]|1[0-2]') THEN CAST(trim(m) AS TINYINT)
END;
