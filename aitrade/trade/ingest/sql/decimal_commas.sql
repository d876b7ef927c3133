-- How many amounts have commas before cents, or dots between thousands, and how many have it the other way round.
SELECT
    count_if(regexp_full_match(trim(amount), '([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]{1,2}|[1-9][0-9]{0,2}(\.[0-9]{3}){2,}')),
    count_if(regexp_full_match(trim(amount), '.*(,[0-9]{3,}|,.*,|\.[0-9]{1,2}|\.[0-9]{4,}|,[0-9]*\..*)'))
FROM amounts;
