module oracle_relations

go 1.27
