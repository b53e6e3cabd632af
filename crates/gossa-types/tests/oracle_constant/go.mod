module gossa.test/oracle_constant

go 1.27
