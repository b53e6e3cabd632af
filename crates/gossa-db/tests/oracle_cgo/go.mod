module gossa.test/oracle_cgo

go 1.27
