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
            column.references = Some(DeclaredReference {
                target: target.clone(),
                column: attribute.references.get(position).cloned(),
                cascades: attribute.cascades,
            });
        }
    }
    model.relations.push(DeclaredRelation { name: field.name.clone(), target, columns, list: field.list, site });
}
