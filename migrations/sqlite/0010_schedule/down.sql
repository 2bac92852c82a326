DROP INDEX collections_home;
