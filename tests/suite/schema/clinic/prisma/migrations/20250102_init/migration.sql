-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" TIMESTAMP(3),
    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "patients" (
    "id" TEXT NOT NULL,
    "clinic_id" TEXT NOT NULL,
    "dob" TEXT,
    CONSTRAINT "patients_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "visits" ("id" TEXT NOT NULL, "patient_id" TEXT NOT NULL, "created_by_id" TEXT NOT NULL, "diagnosis" TEXT, CONSTRAINT "visits_pkey" PRIMARY KEY ("id"));

-- AddForeignKey
ALTER TABLE "visits" ADD CONSTRAINT "visits_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patients"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
