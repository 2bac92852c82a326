DROP INDEX collections_feed;
DROP TABLE notifications;
