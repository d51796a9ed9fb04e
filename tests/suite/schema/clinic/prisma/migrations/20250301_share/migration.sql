ALTER TABLE "patients" RENAME COLUMN "dob" TO "date_of_birth";
ALTER TABLE "visits" ADD COLUMN "share_token" TEXT;
CREATE UNIQUE INDEX "visits_share_token_key" ON "visits"("share_token");
