//! Prisma's schema as models.

use super::declared::{Declared, DeclaredColumn, DeclaredReference, DeclaredRelation, FileSchema, Site, SourceKind, Target};
use crate::model::prisma::{Block, BlockKind, Field, PrismaFile};
use crate::text::{FileId, Name, Span};

pub(super) fn read(file: &FileId, prisma: &PrismaFile, out: &mut FileSchema) {
    out.provider = prisma.provider.clone();
    let is_model = |block: &&Block| matches!(block.kind, BlockKind::Model | BlockKind::View | BlockKind::Type);
    let models: Vec<&Block> = prisma.blocks.iter().filter(is_model).collect();
    let enums: Vec<&Name> = prisma.blocks.iter().filter(|block| block.kind == BlockKind::Enum).map(|block| &block.name).collect();
    out.models.extend(models.iter().map(|block| model(file, block, &enums)));
}

fn model(file: &FileId, block: &Block, enums: &[&Name]) -> Declared {
    let site = |span: Span| Site { file: file.clone(), span };
    let mut model = Declared::new(SourceKind::Prisma, block.name.clone(), site(block.name_span));
    model.is_abstract = block.kind == BlockKind::Type;
    model.bases = block.extends.clone();
    model.table = Some(block.map.clone().unwrap_or_else(|| block.name.clone()));
    model.schema = block.schema.clone().filter(|schema| schema != "public");
    if block.attributes.iter().any(|attribute| attribute.name == "rls") {
        model.row_security = Some(true);
    }
    for field in &block.fields {
        if is_scalar(field, enums) {
            model.columns.push(DeclaredColumn {
                db_name: field.map.clone(),
                ty: field.ty.clone(),
                optional: field.optional,
                unique: field.unique,
                primary: field.id,
                list: field.list,
                ..DeclaredColumn::new(field.name.clone(), site(field.name_span))
            });
        }
    }
    for field in block.fields.iter().filter(|field| !is_scalar(field, enums)) {
        relation(&mut model, field, site(field.name_span));
    }
    for key in &block.keys {
        let is_key = |column: &DeclaredColumn| key.fields.contains(&column.name);
        for column in model.columns.iter_mut().filter(|column| is_key(column)) {
            column.primary |= key.primary;
            column.unique |= !key.primary && key.fields.len() == 1;
        }
        if key.fields.len() > 1 {
            model.unique_together.push(key.fields.clone());
        }
    }
    model
}

/// What Prisma calls a type of values; a field of any other type is a relation, unless the type is an enum. Enums may
/// stand in another file, but then the field carries no relation and nobody misses it.
fn is_scalar(field: &Field, enums: &[&Name]) -> bool {
    let is_value = matches!(field.ty.as_str(), "String" | "Int" | "BigInt" | "Float" | "Decimal" | "Boolean" | "DateTime" | "Json" | "Bytes" | "Unsupported");
    is_value || field.relation.is_none() && enums.iter().any(|name| **name == field.ty)
}

fn relation(model: &mut Declared, field: &Field, site: Site) {
    // `user auth.AuthUser`
    let target = Target::Code(field.ty.clone());
    let attribute = field.relation.as_ref();
    let columns = attribute.map(|relation| relation.fields.clone()).unwrap_or_default();
    for (position, name) in columns.iter().enumerate() {
        if let (Some(column), Some(attribute)) = (model.column_mut(name), attribute) {
            column.references =
                Some(DeclaredReference { target: target.clone(), column: attribute.references.get(position).cloned(), cascades: attribute.cascades });
        }
    }
    model.relations.push(DeclaredRelation { name: field.name.clone(), target, columns, list: field.list, site });
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::testing::link;
    use crate::facts::schema::{Privacy, SourceKind};

    const SCHEMA: &str = r#"
datasource db { provider = "postgresql" url = env("DATABASE_URL") }
model User { id String @id
  email String @unique
  notes Note[]
  memberships Membership[]
  sent Message[] @relation("sent") }
model Account { id String @id
  userId String
  access_token String?
  user User @relation(fields: [userId], references: [id], onDelete: Cascade) }
model Session { id String @id
  sessionToken String @unique
  userId String
  user User @relation(fields: [userId], references: [id]) }
model Note { id String @id
  ownerId String @map("owner_id")
  owner User @relation(fields: [ownerId], references: [id])
  items Item[]
  shareId String? @unique
  @@map("notes") }
model Item { id String @id
  noteId String
  note Note @relation(fields: [noteId], references: [id])
  productId String
  product Product @relation(fields: [productId], references: [id]) }
model Product { id String @id
  sellerId String
  seller User @relation(fields: [sellerId], references: [id]) }
model Team { id String @id
  slug String
  members Membership[] }
model Membership { userId String
  teamId String
  role Role
  user User @relation(fields: [userId], references: [id])
  team Team @relation(fields: [teamId], references: [id])
  @@id([userId, teamId]) }
model Project { id String @id
  teamId String
  team Team @relation(fields: [teamId], references: [id])
  createdById String
  createdBy User @relation(fields: [createdById], references: [id]) }
model Message { id String @id
  senderId String
  recipientId String
  sender User @relation("sent", fields: [senderId], references: [id])
  recipient User @relation("received", fields: [recipientId], references: [id]) }
model Chat { id String @id
  userId String
  title String }
model Category { id String @id
  name String }
model Post { id String @id
  authorId String
  published Boolean
  author User @relation(fields: [authorId], references: [id]) }
model Comment { id String @id
  authorId String
  postId String
  author User @relation(fields: [authorId], references: [id])
  post Post @relation(fields: [postId], references: [id]) }
"#;

    #[test]
    fn owners_of_every_kind() {
        let schema = link(&[("/p/prisma/schema.prisma", SCHEMA), ("/p/prisma/schema/enums.prisma", "enum Role { OWNER MEMBER }")]);
        for (model, owners) in [
            ("Note", "ownerId (Owner of User)"),
            ("Item", "note.ownerId (Owner of User)"),
            ("Project", "teamId (Tenant of Team)"),
            ("Message", "senderId (Party of User); recipientId (Party of User)"),
            ("Chat", "userId (Owner of ?, by name)"),
            ("Team", "members.userId (Tenant of User)"),
            ("Membership", "userId (Owner of User); teamId (Tenant of Team)"),
            ("Account", "userId (Owner of User)"),
            ("Category", ""),
        ] {
            assert_eq!(schema.owners_of(model), owners, "{model}");
        }
        assert_eq!(schema.principals().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["User"]);
        assert_eq!(schema.expect("Note").secret_columns()[0].name, "shareId");
        assert!(schema.expect("Membership").column("role").is_some(), "an enum of another file is a column");
        assert_eq!(schema.provider().map(|provider| provider.as_str()), Some("postgresql"));
    }

    #[test]
    fn who_may_read() {
        let schema = link(&[("/p/prisma/schema.prisma", SCHEMA)]);
        for (model, privacy) in [
            ("Note", Privacy::Private),
            ("Item", Privacy::Private),
            ("User", Privacy::Principal),
            ("Category", Privacy::Public),
            ("Product", Privacy::AuthoredPublic),
            ("Post", Privacy::AuthoredPublic),
            ("Comment", Privacy::AuthoredPublic),
            ("Message", Privacy::Private),
        ] {
            assert_eq!(schema.expect(model).privacy(), privacy, "{model}");
        }
        assert_eq!(schema.privacy_of("invoice"), Privacy::Private);
        assert_eq!(schema.privacy_of("Widget"), Privacy::Unknown);
    }

    #[test]
    fn a_model_and_its_migrations_are_one() {
        let schema = link(&[
            ("/p/prisma/schema.prisma", SCHEMA),
            (
                "/p/prisma/migrations/1_init/migration.sql",
                "CREATE TABLE \"notes\" (\"id\" TEXT NOT NULL, \"owner_id\" TEXT NOT NULL, \"legacy\" TEXT, CONSTRAINT \"notes_pkey\" PRIMARY KEY (\"id\"));\nALTER TABLE \"notes\" ENABLE ROW LEVEL SECURITY;\nCREATE TABLE \"User\" (\"id\" TEXT PRIMARY KEY);",
            ),
        ]);
        let note = schema.expect("note");
        assert_eq!(note.sources.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [SourceKind::Prisma, SourceKind::Sql]);
        assert_eq!(schema.columns_of("notes"), "id ownerId->User.id shareId legacy");
        assert_eq!(note.row_security.enabled, Some(true));
        for name in ["note", "Note", "notes", "Notes", "NOTES", "public.notes"] {
            assert_eq!(schema.model(name).map(|model| model.name.as_str()), Some("Note"), "{name}");
        }
        assert!(note.column("owner_id").is_some() && note.column("OWNERID").is_some());
    }
}
